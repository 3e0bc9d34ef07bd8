import type { Digest } from '@lading/digest'
import { failure } from '../http/registry-errors.ts'
import { reply, type Reply } from '../http/message.ts'
import { digestOf } from '../hash.ts'
import { algorithmOf, isDigest } from '../names.ts'
import { ensureRepository, storeBlob } from '../state/repository-state.ts'
import type { Upload } from '../state/uploads.ts'
import type { RouteContext } from './context.ts'

/** Distribution spec, "Pushing Blobs": one POST, POST and PUT, chunks, streams, status, cancel, mount. */
export async function uploads(context: RouteContext): Promise<Reply> {
  const { request } = context
  if (context.target === '') return request.method === 'POST' ? await start(context) : failure('UNSUPPORTED')
  const upload = context.uploads.find(context.repository, context.target)
  if (upload === undefined) return failure('BLOB_UPLOAD_UNKNOWN', { id: context.target })
  switch (request.method) {
    case 'GET':
      return progress(upload, 204)
    case 'PATCH':
      return (await append(context, upload)) ?? progress(upload, 202)
    case 'PUT':
      return (await append(context, upload)) ?? finish(context, upload, request.query.get('digest'))
    case 'DELETE':
      context.uploads.close(upload.id)
      return reply(204)
    default:
      return failure('UNSUPPORTED')
  }
}

async function start(context: RouteContext): Promise<Reply> {
  const { query } = context.request
  const mount = query.get('mount')
  if (mount !== null && isDigest(mount)) {
    const bytes = findElsewhere(context, mount, query.get('from'))
    if (bytes !== undefined) {
      storeBlob(ensureRepository(context.state, context.repository), bytes, mount)
      return created(context, mount)
    }
  }
  const upload = context.uploads.open(context.repository)
  const digest = query.get('digest')
  if (digest === null) return progress(upload, 202)
  return (await append(context, upload)) ?? finish(context, upload, digest)
}

/** Without `from` any repository will do: the spec's automatic content discovery. */
function findElsewhere({ state }: RouteContext, digest: Digest, from: string | null): Uint8Array | undefined {
  if (from !== null) return state.repositories.get(from)?.blobs.get(digest)
  for (const repository of state.repositories.values()) {
    const bytes = repository.blobs.get(digest)
    if (bytes !== undefined) return bytes
  }
  return undefined
}

/** Takes the request's body as the next bytes. A chunk out of order is refused with 416 before a byte is read. */
async function append(context: RouteContext, upload: Upload): Promise<Reply | undefined> {
  const header = context.request.headers['content-range']
  const range = header === undefined ? undefined : /^(?:bytes )?(\d+)-(\d+)/.exec(header)
  if (range === null) return failure('BLOB_UPLOAD_INVALID', { range: header }, { status: 416, headers: where(upload) })
  if (range !== undefined && Number(range[1]) !== upload.size) return failure('BLOB_UPLOAD_INVALID', { range: header, have: upload.size }, { status: 416, headers: where(upload) })
  const before = { chunks: upload.chunks.length, size: upload.size }
  const undo = (): void => {
    upload.chunks.length = before.chunks
    upload.size = before.size
  }
  for await (const chunk of context.request.body) {
    upload.size += chunk.length
    if (upload.size > context.limits.blobBytes) {
      undo()
      return failure('SIZE_INVALID', `larger than ${context.limits.blobBytes} bytes`, { status: 413, headers: { connection: 'close' } })
    }
    upload.chunks.push(chunk)
  }
  if (range !== undefined && Number(range[2]) - Number(range[1]) + 1 !== upload.size - before.size) {
    undo()
    return failure('SIZE_INVALID', { range: header })
  }
  return undefined
}

function finish(context: RouteContext, upload: Upload, digest: string | null): Reply {
  if (digest === null || !isDigest(digest)) return failure('DIGEST_INVALID', { digest })
  const bytes = Buffer.concat(upload.chunks)
  const computed = digestOf(bytes, algorithmOf(digest))
  if (computed !== digest) return failure('DIGEST_INVALID', { digest, computed })
  context.uploads.close(upload.id)
  storeBlob(ensureRepository(context.state, context.repository), bytes, digest)
  return created(context, digest)
}

const created = ({ repository }: RouteContext, digest: string): Reply => reply(201, { location: `/v2/${repository}/blobs/${digest}`, 'docker-content-digest': digest })

const where = (upload: Upload): Record<string, string> => ({
  location: `/v2/${upload.repository}/blobs/uploads/${upload.id}`,
  // An empty session cannot be written in this form; Docker's registry says 0-0 for it.
  range: `0-${Math.max(0, upload.size - 1)}`,
  'docker-upload-uuid': upload.id,
})

const progress = (upload: Upload, status: number): Reply => reply(status, where(upload))
