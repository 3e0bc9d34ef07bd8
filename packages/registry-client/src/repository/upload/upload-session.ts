import type { AbortOptions } from '@lading/clock'
import { unlessAbsent } from '@lading/content'
import type { Descriptor } from '@lading/manifest'
import { repositoryUrl } from '../../site/api-url.ts'
import { algorithmOf, tryParseDigest, type Digest } from '@lading/digest'
import { isLadingError } from '@lading/errors'
import { pushScope } from '../../auth/scopes.ts'
import { RegistryError } from '../../errors/registry-error.ts'
import { answerHead } from '../../site/answer-head.ts'
import type { Site } from '../../site/site.ts'
import { repeatAt } from '../../site/repeat-at.ts'
import type { Head, Question } from '../../wire/wire-request.ts'
import { headBlob } from '../head-blob.ts'
import { uploadLocation, withDigest, type UploadLocation } from './upload-location.ts'

/** An upload that is open at the registry. */
export interface UploadSession {
  /** The next request goes there: each answer may name another. */
  location: UploadLocation
  /** The least bytes of a chunk that is not the last. */
  readonly chunkMinBytes: number
}

export interface OpenOptions extends AbortOptions {
  /** Ask for the blob to be taken from another repository, or with `{}` from any. */
  readonly mount?: { readonly from?: string | undefined } | undefined
}

/** How long a session's cancellation may take, in milliseconds: nobody waits for a courtesy. */
const courtesyMs = 2000
/** How long an answer may take that opens an upload nobody wants any more, in milliseconds. */
const lateMs = 500
/** How long a registry may take to check and move a large blob, in milliseconds. */
const finishMs = 300_000
const bytes = { 'content-type': 'application/octet-stream' }

/**
 * POST that opens an upload, or mounts the blob: `undefined` (distribution-spec end-4a, end-11). Repeated: a session
 * that nobody knows of costs nothing and expires.
 */
export async function openUpload(
  site: Site,
  digest: Digest | undefined,
  { mount, signal }: OpenOptions,
): Promise<UploadSession | undefined> {
  const url = repositoryUrl(site, 'blobs/uploads/')
  if (mount !== undefined && digest !== undefined) url.searchParams.set('mount', digest)
  if (mount?.from !== undefined) url.searchParams.set('from', mount.from)
  const question = { method: 'POST', url, headers: { 'content-length': '0' }, moves: true } as const
  const options = {
    scope: pushScope(site.path, mount?.from),
    about: { subject: 'tags', digest },
    expects: mount === undefined ? [202] : [201, 202],
  } as const
  const once = (at: Site): Promise<Head> =>
    answeredLate(signal, (late) => answerHead(at, question, { ...options, signal: late }))
  const head = await repeatAt(site, url, once, { signal })
  if (signal?.aborted === true) {
    if (head.status === 202) await cancelUpload(site, sessionOf(site, head), digest)
    throw signal.reason
  }
  if (head.status === 201 && digest !== undefined) {
    assertStated(site, head, digest)
    // distribution 2.8 and 3 say so of a blob by sha512 as well, and have it under no name afterwards.
    if (algorithmOf(digest) === 'sha256' || (await isThere(site, digest, { signal }))) return undefined
    return openUpload(site, digest, { signal })
  }
  return sessionOf(site, head)
}

const sessionOf = (site: Site, head: Head): UploadSession => ({
  location: uploadLocation(site, head),
  chunkMinBytes: leastChunk(head),
})

/** Asks, and after an abort waits a little for the answer all the same: what it opened has an address only there. */
async function answeredLate<T>(
  signal: AbortSignal | undefined,
  ask: (signal: AbortSignal | undefined) => Promise<T>,
): Promise<T> {
  if (signal === undefined) return ask(undefined)
  signal.throwIfAborted()
  const late = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const wait = (): void => void (timer = setTimeout(() => late.abort(signal.reason), lateMs))
  signal.addEventListener('abort', wait, { once: true })
  try {
    return await ask(late.signal)
  } finally {
    signal.removeEventListener('abort', wait)
    clearTimeout(timer)
  }
}

async function isThere(site: Site, digest: Digest, options: AbortOptions): Promise<boolean> {
  const asked = headBlob(site, repositoryUrl(site, `blobs/${digest}`), digest, options).then(() => true)
  return (await unlessAbsent(asked, options)) === true
}

/**
 * PATCH with the bytes from `start` to `end` (exclusive). Never repeated: whether they came is asked first. A 2xx says that
 * the chunk was taken, and the digest in the end that all were: some registries have a `Range` that stays at the first
 * chunk, counts the last one alone, or one too many.
 */
export async function sendChunk(
  site: Site,
  session: UploadSession,
  {
    start,
    end,
    body,
    onSent,
  }: {
    readonly start: number
    readonly end: number
    readonly body: () => AsyncIterable<Uint8Array>
    readonly onSent?: Question['onSent']
  },
  { digest, signal }: AbortOptions & { readonly digest: Digest | undefined },
): Promise<void> {
  const headers = { ...bytes, 'content-length': String(end - start), 'content-range': `${start}-${end - 1}` }
  const head = await atLocation(
    site,
    session,
    { method: 'PATCH', url: session.location.url, headers, body, onSent },
    { digest, signal, expects: [202, 201, 204] },
  )
  // Some leave it out when it does not change.
  if (head.headers.get('location') !== null) session.location = uploadLocation(site, head)
}

/** PUT that ends the upload (distribution-spec end-6), with the whole blob or with nothing. Never repeated here. */
export async function finishUpload(
  site: Site,
  session: UploadSession,
  { digest, size }: Descriptor,
  {
    body,
    onSent,
    signal,
  }: AbortOptions & {
    readonly body?: (() => AsyncIterable<Uint8Array>) | undefined
    readonly onSent?: Question['onSent']
  },
): Promise<void> {
  const headers = { ...bytes, 'content-length': body === undefined ? '0' : String(size) }
  const head = await atLocation(
    site,
    session,
    { method: 'PUT', url: withDigest(session.location, digest), headers, body, onSent, answerTimeout: finishMs },
    { digest, signal, expects: [201, 202, 204] },
  )
  assertStated(site, head, digest)
}

/** GET of an upload (distribution-spec end-13): how many bytes the registry has; `undefined` when it does not say, or knows no such upload. */
export async function uploadStatus(
  site: Site,
  session: UploadSession,
  digest: Digest,
  { signal }: AbortOptions,
): Promise<number | undefined> {
  const { url } = session.location
  const question = { method: 'GET', url, headers: {} } as const
  const options = { digest, signal, expects: [204, 200, 202] }
  const ask = (at: Site): Promise<Head | undefined> =>
    atLocation(at, session, question, options).catch((error: unknown) => {
      signal?.throwIfAborted()
      // That it has no such upload is an answer.
      if (isLadingError(error, 'UPLOAD_UNKNOWN') || isLadingError(error, 'UPLOAD_INVALID')) return undefined
      throw error
    })
  try {
    const head = await repeatAt(site, url, ask, { signal })
    if (head === undefined) return undefined
    if (head.headers.get('location') !== null) session.location = uploadLocation(site, head)
    return receivedBytes(head)
  } catch (error) {
    signal?.throwIfAborted()
    if (isLadingError(error) && error.facts.status !== undefined) return undefined
    throw error
  }
}

/** DELETE of an upload (distribution-spec end-14), as a courtesy: what does not work expires. */
export async function cancelUpload(site: Site, session: UploadSession, digest: Digest | undefined): Promise<void> {
  const signal = AbortSignal.timeout(courtesyMs)
  await atLocation(
    site,
    session,
    { method: 'DELETE', url: session.location.url, headers: {} },
    { digest, signal, expects: [204, 200, 202] },
  ).catch(() => undefined)
}

function atLocation(
  site: Site,
  { location }: UploadSession,
  question: Omit<Question, 'authorization'>,
  {
    digest,
    signal,
    expects,
  }: AbortOptions & { readonly digest: Digest | undefined; readonly expects: readonly number[] },
): Promise<Head> {
  return answerHead(site, question, {
    signal,
    scope: pushScope(site.path),
    about: { subject: 'upload', digest },
    expects,
    clearance: location,
    anonymous: !location.show.authorization,
  })
}

/**
 * `Range: 0-<last byte>` of an answer, with or without a unit. `undefined` also for `0-0`: docker-registry says so of an
 * upload that has nothing yet, and others of one that has a byte.
 */
function receivedBytes({ headers }: Head): number | undefined {
  const last = /^(?:bytes[= ])?0-([0-9]{1,15})$/.exec(headers.get('range')?.trim() ?? '')?.[1]
  return last === undefined || Number(last) === 0 ? undefined : Number(last) + 1
}

function leastChunk({ headers }: Head): number {
  const text = headers.get('oci-chunk-min-length')?.trim() ?? ''
  return /^[0-9]{1,15}$/.test(text) ? Number(text) : 0
}

function assertStated(site: Site, { headers, url, status }: Head, digest: Digest): void {
  const stated = tryParseDigest(headers.get('docker-content-digest')?.trim() ?? '')
  // docker-registry names the sha256 twin of a sha512 blob.
  if (stated === undefined || stated === digest || algorithmOf(stated) !== algorithmOf(digest)) return
  throw new RegistryError('DIGEST_MISMATCH', `${url.host} stored the blob ${digest} as ${stated}`, {
    host: url.host,
    status,
    repository: site.name,
    digest,
    expected: digest,
    actual: stated,
    hint: 'a proxy may change what is sent; do not use what is stored there now',
  })
}
