import { isTag } from '@lading/reference'
import type { AbortOptions } from '@lading/clock'
import { algorithmOf, isDigest, tryParseDigest, type Digest } from '@lading/digest'
import { digestOf } from '@lading/digest/hash'
import { isLadingError, printable } from '@lading/errors'
import { parseContentType, type Descriptor, type Schemas } from '@lading/manifest'
import { RegistryError } from '../errors/registry-error.ts'
import { explainedByCoding } from '../http/content-coding.ts'
import { errorInBody } from '../http/error-of-answer.ts'
import { isWebPage } from '../http/is-web-page.ts'
import { createCollector, type Collector } from '../http/collect.ts'
import { repositoryUrl } from '../site/api-url.ts'
import { believeHead, believesHead } from './head-memory.ts'
import { exchange } from '../site/exchange.ts'
import type { Site } from '../site/site.ts'
import { repeatAt } from '../site/repeat-at.ts'
import type { Head } from '../wire/wire-request.ts'
import type { TransportHeaders } from '../transport.ts'
import type { FetchedManifest } from '../registry-client.ts'

const longestManifest = 4 * 1024 * 1024
/**
 * HEAD: what a tag or digest points to (distribution-spec end-3); by GET where HEAD is refused or does not say enough.
 *
 * @param options `thenGet`: the caller asks by GET itself, where this is `undefined`
 */
export async function headManifest<Known>(
  site: Site,
  schemas: Schemas<Known>,
  target: string,
  { thenGet = false, signal }: AbortOptions & { readonly thenGet?: boolean | undefined },
): Promise<Descriptor | undefined> {
  const refused: { error?: RegistryError } = {}
  const found = await byHead(site, schemas, target, { signal }).catch((error: unknown) => {
    signal?.throwIfAborted()
    // Without a body nobody knows why it was refused: the GET tells, or is not refused. Too many requests are too many.
    if (!isRefusal(error) || (!thenGet && isAbsence(error) && believesHead(site, 'manifest'))) throw error
    refused.error = error
    return undefined
  })
  if (found !== undefined) believeHead(site, 'manifest')
  if (found !== undefined || thenGet) return found
  try {
    return (await getManifest(site, schemas, target, { signal })).descriptor
  } catch (error) {
    signal?.throwIfAborted()
    if (isAbsence(refused.error) && isAbsence(error)) believeHead(site, 'manifest')
    throw error
  }
}

async function byHead(
  site: Site,
  schemas: Pick<Schemas, 'mediaTypes'>,
  target: string,
  { signal }: AbortOptions,
): Promise<Descriptor | undefined> {
  const url = manifestUrl(site, target)
  const digest = tryParseDigest(target)
  const once = async (at: Site): Promise<Head | undefined> => {
    let answer: Head | undefined
    const to = {
      expects: ({ status }: Head) => status === 200,
      head: (given: Head) => void (answer = given),
      data: ignore,
    }
    await exchange(at, { method: 'HEAD', url, headers: { accept: acceptOf(schemas) } }, to, {
      signal,
      about: { subject: 'manifest', digest },
    })
    return answer
  }
  const head = await repeatAt(site, url, once, { signal, untilServerError: true })
  if (head === undefined) return undefined
  const { headers } = head
  const mediaType = parseContentType(headers.get('content-type'))
  // Nothing is no manifest: who says so does not know.
  const size = lengthOf(headers) || undefined
  const stated = tryParseDigest(headers.get('docker-content-digest')?.trim() ?? '')
  if (digest !== undefined && stated !== undefined && stated !== digest && algorithmOf(stated) === algorithmOf(digest))
    throw mismatch(site, head, digest, stated)
  const found = digest ?? stated
  return found === undefined || size === undefined || mediaType === undefined
    ? undefined
    : { mediaType, digest: found, size }
}

const isAbsence = (error: unknown): boolean => isLadingError(error) && error.facts.status === 404

const isRefusal = (error: unknown): error is RegistryError =>
  error instanceof RegistryError &&
  error.facts.status !== undefined &&
  error.code !== 'TOO_MANY_REQUESTS' &&
  !error.asksTooLong &&
  error.code !== 'DIGEST_MISMATCH'

/** GET: exact bytes, verified, and their typed view. */
export async function getManifest<Known>(
  site: Site,
  schemas: Schemas<Known>,
  target: string,
  options: AbortOptions,
): Promise<FetchedManifest<Known[keyof Known]>> {
  const answer = await fetchManifest(site, schemas, target, undefined, options)
  if (answer === 'not-modified')
    throw new RegistryError('BAD_RESPONSE', `${new URL(site.base).host} answered 304 to a request without conditions`, {
      host: new URL(site.base).host,
      status: 304,
      repository: site.name,
    })
  return withoutHead(answer)
}

/** GET unless it is still the known one: registries use the digest as ETag. */
export async function getManifestIfChanged<Known>(
  site: Site,
  schemas: Schemas<Known>,
  target: string,
  known: string,
  options: AbortOptions,
): Promise<FetchedManifest<Known[keyof Known]> | 'not-modified'> {
  if (!isDigest(known)) throw invalidTarget(site, known)
  const answer = await fetchManifest(site, schemas, target, known, options)
  return answer === 'not-modified' ? answer : withoutHead(answer)
}

interface Answered {
  readonly head: Head
}

const withoutHead = <Document>({
  manifest,
  bytes,
  descriptor,
}: FetchedManifest<Document>): FetchedManifest<Document> => ({ manifest, bytes, descriptor })

/** GET, with the head of the answer. `known`: not when it is still that one. */
export async function fetchManifest<Known>(
  site: Site,
  schemas: Schemas<Known>,
  target: string,
  known: Digest | undefined,
  options: AbortOptions,
): Promise<(FetchedManifest<Known[keyof Known]> & Answered) | 'not-modified'> {
  const url = manifestUrl(site, target)
  const headers = { accept: acceptOf(schemas), ...(known === undefined ? {} : { 'if-none-match': `"${known}"` }) }
  const digest = tryParseDigest(target)
  const { head, bytes } = await repeatAt(
    site,
    url,
    async (at) => {
      let answer: Head | undefined
      let body: Collector = createCollector(0)
      await exchange(
        at,
        { method: 'GET', url, headers },
        {
          expects: ({ status }) => status === 200 || (known !== undefined && status === 304),
          head(given) {
            answer = given
            if (given.status === 304) return
            if ((lengthOf(given.headers) ?? 0) > longestManifest) throw tooLarge(site, given)
            body = createCollector(longestManifest)
          },
          data(chunk) {
            if (!body.add(chunk) && answer !== undefined) throw tooLarge(site, answer)
          },
        },
        { signal: options.signal, about: { subject: 'manifest', digest } },
      )
      if (answer === undefined)
        throw new RegistryError('BAD_RESPONSE', 'there was no answer', { repository: site.name })
      return { head: answer, bytes: body.bytes() }
    },
    options,
  )
  if (head.status === 304) return 'not-modified'
  try {
    assertNoPage(site, head, bytes)
    assertDocument(site, head, bytes, digest)
    const contentType = head.headers.get('content-type')
    const { mediaType, digested } = schemas.identify(contentType, bytes)
    const found = verifiedDigest(site, head, digested, digest)
    const manifest = schemas.unmarshal(contentType, bytes)
    return { manifest, bytes, descriptor: { mediaType, digest: found, size: digested.byteLength }, head }
  } catch (error) {
    throw explainedByCoding(error, head)
  }
}

/**
 * The digest of the bytes, by the algorithm that was asked for. A `Docker-Content-Digest` that is not the body's is
 * refused, by tag too: it would name other content than what is stored. One of another algorithm
 * is checked in its own; one that is no digest says nothing.
 */
function verifiedDigest(site: Site, head: Head, bytes: Uint8Array, asked: Digest | undefined): Digest {
  if (asked !== undefined) {
    const actual = digestOf(bytes, algorithmOf(asked))
    if (actual !== asked) throw mismatch(site, head, asked, actual)
  }
  const stated = tryParseDigest(head.headers.get('docker-content-digest')?.trim() ?? '')
  if (stated !== undefined) {
    const actual = digestOf(bytes, algorithmOf(stated))
    if (actual !== stated) throw mismatch(site, head, stated, actual)
  }
  return asked ?? stated ?? digestOf(bytes)
}

function mismatch(site: Site, { url, status }: Head, expected: string, actual: string): RegistryError {
  return new RegistryError(
    'DIGEST_MISMATCH',
    `${url.host} sent a manifest with the digest ${actual} instead of ${expected}`,
    {
      host: url.host,
      status,
      repository: site.name,
      digest: expected,
      expected,
      actual,
      hint: 'the registry or a proxy damages content; try again, or pull from another registry',
    },
  )
}

function tooLarge(site: Site, { url }: Head): RegistryError {
  return new RegistryError('TOO_LARGE', `${url.host} sent a manifest of more than ${longestManifest} bytes`, {
    host: url.host,
    repository: site.name,
    expected: longestManifest,
    hint: 'a valid manifest is never that large',
  })
}

function assertNoPage(site: Site, { url, headers, status }: Head, bytes: Uint8Array): void {
  if (!isWebPage(headers, bytes)) return
  throw new RegistryError('BAD_RESPONSE', `${url.host} sent a web page instead of a manifest`, {
    host: url.host,
    status,
    repository: site.name,
    hint: 'check that this is the address of a registry, and that no proxy or login page answers in its place',
  })
}

/** Proxies whose own source fails pass an empty answer on, or an error with status 200. */
function assertDocument(site: Site, head: Head, bytes: Uint8Array, digest: Digest | undefined): void {
  const told = errorInBody(head, bytes, { repository: site.name, digest })
  if (told !== undefined) throw told
  const text = bytes.byteLength > 16 ? '' : new TextDecoder().decode(bytes).trim()
  if (bytes.byteLength > 16 || (text !== '' && text !== 'null')) return
  throw new RegistryError(
    'BAD_RESPONSE',
    `${head.url.host} sent ${text === '' ? 'nothing' : text} instead of a manifest`,
    {
      host: head.url.host,
      status: head.status,
      repository: site.name,
      digest,
      hint: 'a proxy or cache before the registry may have failed to fetch it; try again, or ask its operator',
    },
  )
}

/** @throws RegistryError `TARGET_INVALID` for what is neither a tag nor a digest */
export function manifestUrl(site: Site, target: string): URL {
  if (!isTag(target) && !isDigest(target)) throw invalidTarget(site, target)
  return repositoryUrl(site, `manifests/${target}`)
}

function invalidTarget(site: Site, target: string): RegistryError {
  return new RegistryError('TARGET_INVALID', `"${printable(target, 160)}" is neither a tag nor a digest`, {
    repository: site.name,
    hint: 'a tag has at most 128 letters, digits, dots, dashes and underscores',
  })
}

const acceptOf = (schemas: Pick<Schemas, 'mediaTypes'>): string => schemas.mediaTypes.join(', ')
const ignore = (): void => undefined

/** `undefined` for what is no length. */
export function lengthOf(headers: TransportHeaders): number | undefined {
  const text = headers.get('content-length')?.trim() ?? ''
  return /^[0-9]{1,15}$/.test(text) ? Number(text) : undefined
}
