import { failure } from '../http/registry-errors.ts'
import { reply, type Reply } from '../http/message.ts'
import { algorithmOf, isAlgorithm, isDigest } from '../names.ts'
import type { Upload } from '../state/uploads.ts'
import { append, beginTurn, type Turn } from './append.ts'
import type { RouteContext } from './context.ts'
import { digestHeader } from './digest-header.ts'
import { keepUpload } from './keep-upload.ts'
import { mount } from './mount.ts'
import { isAt, progress } from './upload-location.ts'

/** Distribution spec, "Pushing Blobs": one POST, POST and PUT, chunks, streams, status, cancel, mount. */
export async function uploads(context: RouteContext): Promise<Reply> {
  const { request } = context
  if (context.target === '') return request.method === 'POST' ? await start(context) : failure('UNSUPPORTED')
  const upload = context.uploads.find(context.repository, context.target)
  if (upload === undefined) return failure('BLOB_UPLOAD_UNKNOWN', { id: context.target })
  const bare = context.quirks.chunkOrder === 'bare'
  // Where only bytes out of order are refused, a location from before is as good as another to ask by.
  if (!isAt(context, upload) && !(bare && ['GET', 'HEAD', 'DELETE'].includes(request.method)))
    return bare
      ? failure('RANGE_INVALID')
      : failure('BLOB_UPLOAD_INVALID', 'not where the upload stands', { status: 404 })
  switch (request.method) {
    case 'GET':
      return progress(context, upload, 204)
    case 'PATCH':
      return (
        (await append(context, upload, await beginTurn(upload))) ??
        progress(context, upload, context.quirks.chunkStatus ?? 202)
      )
    case 'PUT':
      return await finish(context, upload, request.query.get('digest'))
    case 'DELETE':
      await context.uploads.close(upload.id)
      return reply(204)
    default:
      return failure('UNSUPPORTED')
  }
}

async function start(context: RouteContext): Promise<Reply> {
  const { query } = context.request
  const asked = query.get('mount')
  if (asked !== null && isDigest(asked) && (await mount(context, asked, query.get('from'))))
    return created(context, asked, {})
  const digest = context.quirks.singlePost === false ? null : query.get('digest')
  if (digest !== null && !isDigest(digest)) return failure('DIGEST_INVALID', { digest })
  const algorithm = query.get('digest-algorithm') ?? (digest === null ? 'sha256' : algorithmOf(digest))
  if (!isAlgorithm(algorithm)) return failure('DIGEST_INVALID', { algorithm })
  const upload = context.uploads.open(context.repository, algorithm)
  if (upload === undefined) return failure('TOOMANYREQUESTS', 'too many uploads are open')
  if (digest === null) return progress(context, upload, 202)
  const answer = await finish(context, upload, digest)
  // One POST is all or nothing: nobody knows this session.
  if (answer.status !== 201) await context.uploads.close(upload.id)
  return answer
}

async function finish(context: RouteContext, upload: Upload, digest: string | null): Promise<Reply> {
  if (digest === null || !isDigest(digest)) return failure('DIGEST_INVALID', { digest })
  const turn: Turn = await beginTurn(upload)
  const refused = await append(context, upload, turn, { last: true })
  if (refused !== undefined) return refused
  const { receiver } = upload
  const computed = await receiver.digest(algorithmOf(digest))
  if (computed !== digest) {
    // What this request brought is void; what earlier ones did stays, so that it can be tried again.
    await receiver.rewind(turn.before)
    await receiver.rest()
    return failure('DIGEST_INVALID', { digest, computed })
  }
  const headers = digestHeader(digest, () => new Uint8Array(0), context.quirks)
  const twin = await keepUpload(context, upload, digest)
  return created(context, twin ?? digest, twin === undefined ? headers : {})
}

const created = ({ repository }: RouteContext, digest: string, headers: Readonly<Record<string, string>>): Reply =>
  reply(201, { location: `/v2/${repository}/blobs/${digest}`, 'docker-content-digest': digest, ...headers })
