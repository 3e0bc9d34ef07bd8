import { failure } from '../http/registry-errors.ts'
import { reply, type Reply } from '../http/message.ts'
import { digestOf } from '../hash.ts'
import { isDigest, isTag } from '../names.ts'
import { memoryContent } from '../state/content.ts'
import { deleteManifest, deleteTag, findManifest, type RepositoryState } from '../state/repository-state.ts'
import { noneMatch } from './conditions.ts'
import type { RouteContext } from './context.ts'
import { digestHeader } from './digest-header.ts'
import { asSchema1, schema1Type } from './schema1.ts'
import { putManifest } from './put-manifest.ts'

/** Manifests by tag or digest: GET, HEAD, PUT, DELETE. */
export async function manifests(context: RouteContext): Promise<Reply> {
  const { request, state, target, quirks } = context
  if (target.includes(':') && !isDigest(target))
    return failure('DIGEST_INVALID', { digest: target }, { status: quirks.malformedDigestStatus })
  if (!target.includes(':') && !isTag(target)) return failure('TAG_INVALID', { tag: target })
  if (request.method === 'PUT') return putManifest(context)
  const repository = state.repositories.get(context.repository)
  if (repository === undefined) return failure('NAME_UNKNOWN', { name: context.repository })
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
  const old =
    quirks.schema1 === true &&
    !accepts(request.headers.accept, found.mediaType) &&
    !accepts(request.headers.accept, '*/*')
      ? asSchema1(found, repository, target)
      : undefined
  if (old !== undefined)
    return reply(
      200,
      { 'content-type': schema1Type, ...digestHeader(digestOf(old), () => old, quirks) },
      memoryContent(old),
    )
  const etag = `"${found.digest}"`
  const headers = { etag, ...digestHeader(found.digest, () => found.bytes, quirks) }
  if (!noneMatch(request.headers['if-none-match'], etag)) return reply(304, headers)
  return reply(200, { 'content-type': found.mediaType, ...headers }, memoryContent(found.bytes))
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

const accepts = (accept: string | undefined, type: string): boolean =>
  (accept ?? '').split(',').some((entry) => entry.split(';')[0]?.trim() === type)
