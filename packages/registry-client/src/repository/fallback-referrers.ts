import type { AbortOptions } from '@lading/clock'
import { base64 } from '../base64.ts'
import { algorithmOf, hexOf, type Digest } from '@lading/digest'
import { isLadingError } from '@lading/errors'
import { OCI_INDEX, schemas, type Descriptor, type ImageIndex } from '@lading/manifest'
import { pushScope } from '../auth/scopes.ts'
import { RegistryError } from '../errors/registry-error.ts'
import { answerHead } from '../site/answer-head.ts'
import type { Site } from '../site/site.ts'
import { repeatAt } from '../site/repeat-at.ts'
import { fetchManifest, manifestUrl } from './manifests.ts'

/** Writers that meet at the same tag; more of them in a row is no chance. */
const mostRounds = 5

/** The tag that lists who refers to a digest, where there is no referrers API (distribution-spec, "Referrers Tag Schema"). */
function fallbackTag(digest: Digest): string {
  return `${algorithmOf(digest).slice(0, 32)}-${hexOf(digest).slice(0, 64)}`.replace(/[^a-zA-Z0-9._-]/g, '-')
}

interface FallbackList {
  readonly index: ImageIndex
  readonly etag: string | undefined
}

/**
 * What the fallback tag lists; `undefined` when there is none. Anything but an index is somebody's ordinary tag.
 *
 * @param options `toRead`: nothing will be written, and the subject itself under the tag is no list: some registries take
 *   the tag for the digest that it is made of
 * @throws RegistryError `REFERRERS_INVALID`; what fetching a manifest throws
 */
export async function readFallback(
  site: Site,
  digest: Digest,
  { toRead = false, ...options }: AbortOptions & { readonly toRead?: boolean | undefined },
): Promise<FallbackList | undefined> {
  const tag = fallbackTag(digest)
  try {
    const found = await fetchManifest(site, schemas, tag, undefined, options)
    if (found === 'not-modified') return undefined
    const isSubject = found.descriptor.digest === digest
    if (isSubject && toRead) return undefined
    if (found.manifest.kind === 'index' && !isSubject)
      return { index: found.manifest, etag: found.head.headers.get('etag') ?? undefined }
  } catch (error) {
    options.signal?.throwIfAborted()
    if (isLadingError(error, 'MANIFEST_UNKNOWN') || isLadingError(error, 'NOT_FOUND')) return undefined
    throw error
  }
  throw new RegistryError('REFERRERS_INVALID', `the tag ${tag} of ${site.name} is not a list of referrers`, {
    host: new URL(site.base).host,
    repository: site.name,
    digest,
    hint: 'the tag is used for something else; it was not changed',
  })
}

/** Puts a manifest on the list of those that refer to `subject`; nothing happens when it is there. */
export function addToFallback(site: Site, subject: Digest, entry: Descriptor, options: AbortOptions): Promise<void> {
  return changeFallback(site, subject, options, (entries) =>
    entries.some(({ digest }) => digest === entry.digest) ? undefined : [...entries, entry],
  )
}

/** Takes a manifest off the list of those that refer to `subject`; nothing happens when it is not there. */
export function removeFromFallback(site: Site, subject: Digest, digest: Digest, options: AbortOptions): Promise<void> {
  return changeFallback(site, subject, options, (entries) =>
    entries.some((entry) => entry.digest === digest) ? entries.filter((entry) => entry.digest !== digest) : undefined,
  )
}

/**
 * Two writers may read the same list and write one after the other. Where the registry heeds conditions (RFC 9110 13.1),
 * the second is told; where it does not, the list is read again to see whether the change is still there.
 */
async function changeFallback(
  site: Site,
  subject: Digest,
  options: AbortOptions,
  change: (entries: readonly Descriptor[]) => readonly Descriptor[] | undefined,
): Promise<void> {
  for (let round = 0; round < mostRounds; round++) {
    const before = await readFallback(site, subject, options)
    const entries = change(before?.index.manifests ?? [])
    if (entries === undefined) return
    const condition: Record<string, string> =
      before === undefined ? { 'if-none-match': '*' } : before.etag === undefined ? {} : { 'if-match': before.etag }
    await putList(site, subject, indexOf(entries, before?.index), condition, options)
  }
  const after = await readFallback(site, subject, options)
  if (change(after?.index.manifests ?? []) === undefined) return
  throw new RegistryError('REFERRERS_CONFLICT', `other clients keep changing the list of referrers of ${subject}`, {
    host: new URL(site.base).host,
    repository: site.name,
    digest: subject,
    hint: 'the manifest itself is there; push it again later to have it listed',
  })
}

function indexOf(entries: readonly Descriptor[], before: ImageIndex | undefined): Uint8Array {
  const { annotations } = before ?? {}
  const manifests = entries.map(({ data, ...entry }) => ({
    ...entry,
    ...(data === undefined ? {} : { data: base64(data) }),
  }))
  return new TextEncoder().encode(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: OCI_INDEX,
      manifests,
      ...(annotations === undefined ? {} : { annotations }),
    }),
  )
}

/** Like every PUT of a manifest repeated; a condition that failed is left to the next round. */
async function putList(
  site: Site,
  subject: Digest,
  body: Uint8Array,
  condition: Readonly<Record<string, string>>,
  options: AbortOptions,
): Promise<void> {
  const url = manifestUrl(site, fallbackTag(subject))
  const question = {
    method: 'PUT',
    url,
    headers: { 'content-type': OCI_INDEX, ...condition },
    body,
    moves: true,
  } as const
  await repeatAt(
    site,
    url,
    (at) =>
      answerHead(at, question, {
        ...options,
        scope: pushScope(site.path),
        about: { subject: 'tags', digest: subject },
        expects: [201, 202, 204, 409, 412],
      }),
    options,
  )
}
