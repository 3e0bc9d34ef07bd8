import { isSchema1Type } from '@lading/manifest'
import { failure } from '../http/registry-errors.ts'
import { reply, type Reply } from '../http/message.ts'
import { readBody } from '../http/read-body.ts'
import { digestOf } from '../hash.ts'
import { isDockerForeign, isForeign } from '../media-types.ts'
import { algorithmOf, isDigest, isTag } from '../names.ts'
import type { Quirks } from '../quirks.ts'
import { ensureRepository, setTag, storeManifest, type RepositoryState } from '../state/repository-state.ts'
import type { RouteContext } from './context.ts'
import { digestHeader } from './digest-header.ts'
import { pushedSchema1 } from './pushed-schema1.ts'
import { readManifest, type ManifestDocument } from './manifest-document.ts'

/** Distribution spec, "Pushing Manifests", with `?tag=` of its main branch. */
export async function putManifest(context: RouteContext): Promise<Reply> {
  const { request, target, limits, state, quirks } = context
  const bytes = await readBody(request.body, limits.manifestBytes)
  if (bytes === undefined)
    return failure('MANIFEST_INVALID', `larger than ${limits.manifestBytes} bytes`, {
      status: quirks.tooLargeStatus ?? 413,
      headers: { connection: 'close' },
    })
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim() ?? ''
  if (quirks.manifestTypes?.includes(type) === false) return failure('MANIFEST_INVALID', 'the media type is not known')
  const read = isSchema1Type(type)
    ? await pushedSchema1(bytes, type)
    : { document: readManifest(bytes), payload: bytes }
  if ('status' in read) return read
  const { document, payload } = read
  if (typeof document === 'string') return failure('MANIFEST_INVALID', document)
  const mediaType = type === '' ? document.mediaType : type
  if (mediaType === undefined) return failure('MANIFEST_INVALID', 'no Content-Type')
  if (document.mediaType !== undefined && document.mediaType !== mediaType)
    return failure('MANIFEST_INVALID', 'Content-Type and mediaType differ')
  if (quirks.configNeeded === true && !isSchema1Type(type) && !document.index && document.config === undefined)
    return failure('DIGEST_INVALID', 'no config')
  const digest = digestOf(payload, isDigest(target) ? algorithmOf(target) : 'sha256')
  if (quirks.manifestAlgorithms === false && algorithmOf(digest) !== 'sha256')
    return failure('DIGEST_INVALID', { digest: target })
  if (isDigest(target) && digest !== target) return failure('DIGEST_INVALID', { digest: target, computed: digest })
  const tags = request.query.getAll('tag')
  const refused = tags.find((tag) => !isTag(tag))
  if (refused !== undefined) return failure('TAG_INVALID', { tag: refused })
  const there = state.repositories.get(context.repository)
  const all = isDigest(target) ? tags : [target, ...tags]
  const wrong = unwelcome(document, there, quirks) ?? immovable(all, digest, there, quirks)
  if (wrong !== undefined) return wrong
  if (!state.storage.hasRoom(bytes.length)) return failure('UNAVAILABLE', 'the registry is full', { status: 507 })
  const repository = ensureRepository(state, context.repository)
  storeManifest(state, repository, { bytes, mediaType, digest })
  for (const tag of all) setTag(state, repository, tag, digest)
  await state.storage.settled()
  const subject = document.subject?.digest
  return reply(201, {
    location: `/v2/${context.repository}/manifests/${digest}`,
    ...digestHeader(digest, () => bytes, quirks),
    ...((quirks.ociSubject ?? context.referrers) && subject !== undefined && isDigest(subject)
      ? { 'oci-subject': subject }
      : {}),
    ...(tags.length === 0 ? {} : { 'oci-tag': tags }),
  })
}

/** What the manifest names must be there, except its `subject` and foreign layers. */
function unwelcome(
  { blobs, config, children, subject, mixed }: ManifestDocument,
  repository: RepositoryState | undefined,
  quirks: Quirks,
): Reply | undefined {
  const hasBlob = (digest: string): boolean => isDigest(digest) && repository?.blobs.has(digest) === true
  const hasManifest = (digest: string): boolean => isDigest(digest) && repository?.manifests.has(digest) === true
  const absent = blobs.filter(({ digest }) => !hasBlob(digest))
  const byDocker = quirks.foreignLayers === 'docker'
  const foreign = absent.filter(({ mediaType = '', urls }) => !byDocker && (urls !== undefined || isForeign(mediaType)))
  // Without a list of allowed URLs, Docker's registry allows none, and its own foreign layers must have one.
  if (byDocker && blobs.some(({ mediaType = '', urls = [] }) => urls.length > 0 || isDockerForeign(mediaType)))
    return failure('UNKNOWN')
  if (quirks.mixedLists === false && mixed) return failure('MANIFEST_INVALID', 'layers and manifests')
  const missing = absent.find((blob) => !foreign.includes(blob)) ?? children.find(({ digest }) => !hasManifest(digest))
  if (missing !== undefined) return failure('MANIFEST_BLOB_UNKNOWN', { digest: missing.digest })
  if (quirks.subjectMustExist === true && subject !== undefined && !hasManifest(subject.digest))
    return failure('MANIFEST_UNKNOWN', { subject: subject.digest })
  const { configTypes } = quirks
  if (configTypes !== undefined && config !== undefined && !configTypes.includes(config.mediaType ?? ''))
    return failure('MANIFEST_INVALID', 'the config has a media type that is not allowed')
  return undefined
}

function immovable(
  tags: readonly string[],
  digest: string,
  repository: RepositoryState | undefined,
  quirks: Quirks,
): Reply | undefined {
  const fixed =
    quirks.immutableTags === true ? tags.find((tag) => (repository?.tags.get(tag) ?? digest) !== digest) : undefined
  return fixed === undefined ? undefined : failure('TAG_INVALID', 'the tag is there and immutable')
}
