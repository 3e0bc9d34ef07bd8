import type { AbortOptions } from '@lading/clock'
import { algorithmOf, isDigest, tryParseDigest, type Digest } from '@lading/digest'
import { digestOf } from '@lading/digest/hash'
import { printable } from '@lading/errors'
import { parseContentType, parseStrictJson, type Descriptor } from '@lading/manifest'
import { pushScope } from '../auth/scopes.ts'
import { RegistryError } from '../errors/registry-error.ts'
import { answerHead } from '../site/answer-head.ts'
import type { Site } from '../site/site.ts'
import { repeatAt } from '../site/repeat-at.ts'
import type { Head } from '../wire/wire-request.ts'
import type { PushedManifest } from '../registry-client.ts'
import { addToFallback } from './fallback-referrers.ts'
import { manifestUrl } from './manifests.ts'
import { hasReferrersApi } from './referrers.ts'
import { describeReferrer, type ReferringDocument } from './referring-document.ts'

interface PutManifestOptions extends AbortOptions {
  readonly mediaType?: string | undefined
  readonly tags?: readonly string[] | undefined
}

/** In one request; registries limit the length of a URL. */
const mostTags = 10

/**
 * PUT of a manifest (distribution-spec end-7a, end-7b), and of the fallback tag where it has a `subject` and the registry
 * keeps no referrers itself. PUT of the same bytes at the same place changes nothing, so each request is repeated.
 */
export async function putManifest(
  site: Site,
  target: string,
  bytes: Uint8Array,
  options: PutManifestOptions,
): Promise<PushedManifest> {
  const document = readDocument(site, bytes)
  const mediaType = mediaTypeOf(site, document, options.mediaType)
  const digest = digestOf(bytes, isDigest(target) ? algorithmOf(target) : 'sha256')
  if (isDigest(target) && digest !== target) {
    throw new RegistryError('DIGEST_MISMATCH', `the digest of the manifest is ${digest}, not ${target}`, {
      repository: site.name,
      digest: target,
      expected: target,
      actual: digest,
      hint: 'push it by its own digest, or by a tag',
    })
  }
  const descriptor: Descriptor = { mediaType, digest, size: bytes.byteLength }
  const tags = options.tags ?? []
  for (const tag of [target, ...tags]) manifestUrl(site, tag)
  if (tags.some((tag) => isDigest(tag)))
    throw new RegistryError('TARGET_INVALID', 'one of the tags is a digest', {
      repository: site.name,
      hint: 'give the digest as the target',
    })
  const head = await putWithTags(site, { target, tags, bytes, mediaType, digest }, options)
  const subject = tryParseDigest(document.subject?.digest ?? '')
  if (subject === undefined) return { descriptor, subject: undefined, referrers: undefined }
  const kept =
    tryParseDigest(head.headers.get('oci-subject')?.trim() ?? '') === subject &&
    (await hasReferrersApi(site, subject, options))
  if (!kept) await addToFallback(site, subject, describeReferrer(descriptor, document), options)
  return { descriptor, subject, referrers: kept ? 'registry' : 'fallback-tag' }
}

interface Put {
  readonly target: string
  readonly tags: readonly string[]
  readonly bytes: Uint8Array
  readonly mediaType: string
  readonly digest: Digest
}

/** As many tags in a request as it may have, as long as the registry says that it takes them; the others one by one. */
async function putWithTags(site: Site, what: Put, options: AbortOptions): Promise<Head> {
  const batch = what.tags.slice(0, mostTags)
  const head = await put(site, { ...what, tags: batch }, options)
  const given = new Set(statedTags(head))
  const rest = what.tags.slice(batch.length)
  const together = batch.every((tag) => given.has(tag))
  if (!together && isDigest(what.target) && algorithmOf(what.target) !== 'sha256') throw unconfirmed(site, head, what)
  for (const tag of together ? [] : [...batch, ...rest])
    if (!given.has(tag)) await put(site, { ...what, target: tag, tags: [] }, options)
  if (together && rest.length > 0) await putWithTags(site, { ...what, tags: rest }, options)
  return head
}

/** Put under the tag alone, a registry would compute another digest for it. */
function unconfirmed(site: Site, { url, status }: Head, { digest, tags }: Put): RegistryError {
  return new RegistryError(
    'UNSUPPORTED',
    `${url.host} stored ${digest}, but did not confirm that a tag points to it (OCI-Tag)`,
    {
      host: url.host,
      status,
      repository: site.name,
      digest,
      expected: tags.join(', '),
      hint: `it can be pulled by its digest; many registries have tags for sha256 only`,
    },
  )
}

async function put(site: Site, { target, tags, bytes, mediaType, digest }: Put, options: AbortOptions): Promise<Head> {
  const url = manifestUrl(site, target)
  for (const tag of tags) url.searchParams.append('tag', tag)
  const question = { method: 'PUT', url, headers: { 'content-type': mediaType }, body: bytes, moves: true } as const
  const head = await repeatAt(
    site,
    url,
    (at) =>
      answerHead(at, question, {
        ...options,
        scope: pushScope(site.path),
        about: { subject: 'tags', digest },
        expects: [201, 202, 204],
      }),
    options,
  )
  assertStated(site, head, bytes)
  return head
}

/** What the registry says it stored must be what was sent, in whichever algorithm it says it. */
function assertStated(site: Site, { headers, url, status }: Head, bytes: Uint8Array): void {
  const stated = tryParseDigest(headers.get('docker-content-digest')?.trim() ?? '')
  if (stated === undefined) return
  const actual = digestOf(bytes, algorithmOf(stated))
  if (stated === actual) return
  throw new RegistryError('DIGEST_MISMATCH', `${url.host} stored the manifest ${actual} as ${stated}`, {
    host: url.host,
    status,
    repository: site.name,
    digest: actual,
    expected: actual,
    actual: stated,
    hint: 'a proxy may change what is sent; do not use what is stored there now',
  })
}

/** `OCI-Tag`: one header or several, lists allowed. */
const statedTags = ({ headers }: Head): string[] => (headers.get('oci-tag') ?? '').split(',').map((tag) => tag.trim())

function readDocument(site: Site, bytes: Uint8Array): ReferringDocument {
  let value: unknown
  try {
    value = parseStrictJson(bytes)
  } catch (cause) {
    throw new RegistryError('OPTION_INVALID', 'the manifest to push is not JSON', { repository: site.name, cause })
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw new RegistryError('OPTION_INVALID', 'the manifest to push is not a JSON object', { repository: site.name })
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** The document's own type is what must be sent (distribution-spec, "Pushing Manifests"). */
function mediaTypeOf(site: Site, { mediaType: own }: ReferringDocument, given: string | undefined): string {
  const text = given ?? own
  const mediaType = typeof text === 'string' ? parseContentType(text) : undefined
  if (mediaType === undefined) {
    throw new RegistryError(
      'OPTION_INVALID',
      text === undefined
        ? 'the manifest does not say its media type'
        : `"${printable(textOf(text), 100)}" is not a media type`,
      { repository: site.name, hint: 'give it as the option `mediaType`' },
    )
  }
  if (own !== undefined && own !== mediaType)
    throw new RegistryError(
      'OPTION_INVALID',
      `the manifest says it is ${printable(textOf(own), 100)}, and not ${mediaType}`,
      { repository: site.name, hint: 'leave the option `mediaType` out' },
    )
  return mediaType
}
