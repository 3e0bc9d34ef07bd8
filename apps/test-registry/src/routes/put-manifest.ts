import { failure } from '../http/registry-errors.ts'
import { reply, type Reply } from '../http/message.ts'
import { readBody } from '../http/read-body.ts'
import { digestOf } from '../hash.ts'
import { isForeign } from '../media-types.ts'
import { algorithmOf, isDigest, isTag } from '../names.ts'
import { ensureRepository, storeManifest, type RepositoryState } from '../state/repository-state.ts'
import type { RouteContext } from './context.ts'
import { readManifest, type ManifestDocument } from './manifest-document.ts'

/** Distribution spec, "Pushing Manifests", with `?tag=` of its main branch. */
export async function putManifest(context: RouteContext): Promise<Reply> {
  const { request, target, limits } = context
  const bytes = await readBody(request.body, limits.manifestBytes)
  if (bytes === undefined) return failure('MANIFEST_INVALID', `larger than ${limits.manifestBytes} bytes`, { status: 413, headers: { connection: 'close' } })
  const document = readManifest(bytes)
  if (typeof document === 'string') return failure('MANIFEST_INVALID', document)
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim() ?? ''
  const mediaType = type === '' ? document.mediaType : type
  if (mediaType === undefined) return failure('MANIFEST_INVALID', 'no Content-Type')
  if (document.mediaType !== undefined && document.mediaType !== mediaType) return failure('MANIFEST_INVALID', 'Content-Type and mediaType differ')
  const digest = digestOf(bytes, isDigest(target) ? algorithmOf(target) : 'sha256')
  if (isDigest(target) && digest !== target) return failure('DIGEST_INVALID', { digest: target, computed: digest })
  const tags = request.query.getAll('tag')
  const refused = tags.find((tag) => !isTag(tag))
  if (refused !== undefined) return failure('TAG_INVALID', { tag: refused })
  const absent = missing(document, context.state.repositories.get(context.repository))
  if (absent !== undefined) return failure('MANIFEST_BLOB_UNKNOWN', { digest: absent })
  const repository = ensureRepository(context.state, context.repository)
  storeManifest(repository, { bytes, mediaType, digest })
  for (const tag of isDigest(target) ? tags : [target, ...tags]) repository.tags.set(tag, digest)
  const subject = document.subject?.digest
  return reply(201, {
    location: `/v2/${context.repository}/manifests/${digest}`,
    'docker-content-digest': digest,
    ...(context.referrers && subject !== undefined && isDigest(subject) ? { 'oci-subject': subject } : {}),
    ...(tags.length === 0 ? {} : { 'oci-tag': tags }),
  })
}

/** The first thing that the manifest names and the repository has not. `subject` may be absent, and so may a foreign layer. */
function missing({ blobs, children }: ManifestDocument, repository: RepositoryState | undefined): string | undefined {
  const absentBlob = blobs.find(({ digest, mediaType, urls }) => urls === undefined && !isForeign(mediaType ?? '') && !(isDigest(digest) && repository?.blobs.has(digest) === true))
  const absentChild = children.find(({ digest }) => !(isDigest(digest) && repository?.manifests.has(digest) === true))
  return (absentBlob ?? absentChild)?.digest
}
