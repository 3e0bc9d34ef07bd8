import { failure } from '../http/registry-errors.ts'
import { reply, type Reply } from '../http/message.ts'
import { readBody } from '../http/read-body.ts'
import { digestOf } from '../hash.ts'
import { isForeign } from '../media-types.ts'
import { algorithmOf, isDigest, isTag } from '../names.ts'
import { ensureRepository, storeManifest, type RepositoryState } from '../state/repository-state.ts'
import type { RouteContext } from './context.ts'

interface Named {
  readonly mediaType?: unknown
  readonly digest?: unknown
  readonly urls?: unknown
}

interface Document {
  readonly mediaType?: unknown
  readonly config?: Named | undefined
  readonly layers?: readonly Named[] | undefined
  readonly manifests?: readonly Named[] | undefined
  readonly subject?: Named | undefined
}

/** Distribution spec, "Pushing Manifests", with `?tag=` of its main branch. */
export async function putManifest(context: RouteContext): Promise<Reply> {
  const { request, target, limits } = context
  const bytes = await readBody(request.body, limits.manifestBytes)
  if (bytes === undefined) return failure('MANIFEST_INVALID', `larger than ${limits.manifestBytes} bytes`, { status: 413, headers: { connection: 'close' } })
  const document = parse(bytes)
  if (document === undefined) return failure('MANIFEST_INVALID', 'not a JSON object')
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim() ?? ''
  const mediaType = type === '' && typeof document.mediaType === 'string' ? document.mediaType : type
  if (mediaType === '') return failure('MANIFEST_INVALID', 'no Content-Type')
  if (document.mediaType !== undefined && document.mediaType !== mediaType) return failure('MANIFEST_INVALID', 'Content-Type and mediaType differ')
  const digest = digestOf(bytes, isDigest(target) ? algorithmOf(target) : 'sha256')
  if (isDigest(target) && digest !== target) return failure('DIGEST_INVALID', { digest: target, computed: digest })
  const tags = request.query.getAll('tag')
  const refused = tags.find((tag) => !isTag(tag))
  if (refused !== undefined) return failure('TAG_INVALID', { tag: refused })
  const repository = ensureRepository(context.state, context.repository)
  const absent = missing(document, repository)
  if (absent !== undefined) return failure('MANIFEST_BLOB_UNKNOWN', { digest: absent })
  storeManifest(repository, { bytes, mediaType, digest })
  for (const tag of isDigest(target) ? tags : [target, ...tags]) repository.tags.set(tag, digest)
  const subject = document.subject?.digest
  return reply(201, {
    location: `/v2/${context.repository}/manifests/${digest}`,
    'docker-content-digest': digest,
    ...(context.referrers && typeof subject === 'string' && isDigest(subject) ? { 'oci-subject': subject } : {}),
    ...(tags.length === 0 ? {} : { 'oci-tag': tags }),
  })
}

function parse(bytes: Uint8Array): Document | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}

const list = (value: unknown): readonly Named[] => (Array.isArray(value) ? value : [])

/** The first thing that the manifest names and the repository has not. `subject` may be absent, and so may a foreign layer. */
function missing(document: Document, repository: RepositoryState): string | undefined {
  const blobs = [...(document.config === undefined ? [] : [document.config]), ...list(document.layers)]
  for (const { digest, mediaType, urls } of blobs) {
    const foreign = Array.isArray(urls) || (typeof mediaType === 'string' && isForeign(mediaType))
    if (!foreign && (typeof digest !== 'string' || !isDigest(digest) || !repository.blobs.has(digest))) return String(digest)
  }
  for (const { digest } of list(document.manifests)) {
    if (typeof digest !== 'string' || !isDigest(digest) || !repository.manifests.has(digest)) return String(digest)
  }
  return undefined
}
