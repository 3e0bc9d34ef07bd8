import { failure } from '../http/registry-errors.ts'
import { reply, type Reply } from '../http/message.ts'
import { digestOf } from '../hash.ts'
import { signSchema1 } from '../images/sign-schema1.ts'
import { docker } from '../media-types.ts'
import { isDigest, isTag } from '../names.ts'
import { memoryContent } from '../state/content.ts'
import {
  deleteManifest,
  deleteTag,
  findManifest,
  type RepositoryState,
  type StoredManifest,
} from '../state/repository-state.ts'
import { noneMatch } from './conditions.ts'
import type { RouteContext } from './context.ts'
import { digestHeader } from './digest-header.ts'
import { asSchema1, schema1Type, signedSchema1Type } from './schema1.ts'
import { putManifest } from './put-manifest.ts'

/** Manifests by tag or digest: GET, HEAD, PUT, DELETE. */
export async function manifests(context: RouteContext): Promise<Reply> {
  const { request, state, target, quirks } = context
  if (target.includes(':') && !isDigest(target)) return malformed(context)
  if (!target.includes(':') && !isTag(target)) return failure('TAG_INVALID', { tag: target })
  if (request.method === 'PUT') return putManifest(context)
  const repository = state.repositories.get(context.repository)
  if (repository === undefined)
    return failure(quirks.unknownRepositoryCode ?? 'NAME_UNKNOWN', { name: context.repository })
  if (request.method === 'DELETE') return await remove(context, repository)
  if (request.method !== 'GET' && request.method !== 'HEAD') return failure('UNSUPPORTED')
  const found = findManifest(repository, target)
  if (found === undefined) return failure('MANIFEST_UNKNOWN', { name: context.repository, reference: target })
  if (
    quirks.acceptNeeded === true &&
    found.mediaType.startsWith('application/vnd.oci.') &&
    !accepts(request.headers.accept, found.mediaType)
  ) {
    return failure('MANIFEST_UNKNOWN', 'OCI manifest found, but Accept does not name it')
  }
  const old = oldForm(context, repository, found)
  if (old !== undefined) return old
  const etag = `"${found.digest}"`
  const headers = { etag, ...digestHeader(found.digest, () => found.bytes, quirks) }
  const asked = request.headers['if-none-match']
  if (quirks.bareNotModified === true && asked !== undefined && !noneMatch(asked.replaceAll('"', ''), found.digest))
    return reply(304)
  if (!noneMatch(asked, etag)) return reply(304, headers)
  return reply(200, { 'content-type': found.mediaType, ...headers }, memoryContent(found.bytes))
}

function malformed({ request, target, quirks }: RouteContext): Reply {
  const status = request.method === 'DELETE' ? undefined : quirks.malformedDigestStatus
  return failure(status === 500 ? 'UNKNOWN' : 'DIGEST_INVALID', { digest: target }, { status })
}

async function remove({ state, target, quirks }: RouteContext, repository: RepositoryState): Promise<Reply> {
  if (!isDigest(target)) {
    // The code is the one that Docker's registry answers with.
    if (quirks.deleteTags === false) return failure('DIGEST_INVALID', undefined, { status: 400 })
    if (!deleteTag(state, repository, target)) return failure('MANIFEST_UNKNOWN', { reference: target })
  } else {
    if (quirks.deleteContent === false) return failure('UNSUPPORTED')
    if (!deleteManifest(state, repository, target)) return failure('MANIFEST_UNKNOWN', { reference: target })
  }
  await state.storage.settled()
  return reply(202)
}

/** What a client gets that does not know the manifest's type, where that is schema 1. */
function oldForm(
  { request, target, quirks }: RouteContext,
  repository: RepositoryState,
  found: StoredManifest,
): Reply | undefined {
  const { accept } = request.headers
  const signed = quirks.schema1 === 'signed'
  if ((quirks.schema1 ?? false) === false || accepts(accept, found.mediaType)) return undefined
  if (signed ? isDigest(target) || found.mediaType !== docker.manifest : accepts(accept, '*/*')) return undefined
  const payload = asSchema1(found, repository, target)
  if (payload === undefined) return undefined
  const digest = digestOf(payload)
  return reply(
    200,
    {
      'content-type': signed ? signedSchema1Type : schema1Type,
      ...(signed ? { etag: `"${digest}"` } : {}),
      ...digestHeader(digest, () => payload, quirks),
    },
    memoryContent(signed ? signSchema1(payload) : payload),
  )
}

const accepts = (accept: string | undefined, type: string): boolean =>
  (accept ?? '').split(',').some((entry) => entry.split(';')[0]?.trim() === type)
