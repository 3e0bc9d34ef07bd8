import type { AbortOptions } from '@lading/clock'
import { repositoryUrl } from '../../site/api-url.ts'
import { parseDigest } from '@lading/digest'
import { guardListener, isLadingError } from '@lading/errors'
import type { Descriptor } from '@lading/manifest'
import type { BlobSource } from '../../blob-source.ts'
import { publicUrl } from '../../client-event.ts'
import { RegistryError } from '../../errors/registry-error.ts'
import type { Site } from '../../site/site.ts'
import { mostAttempts, waitAfter } from '../../http/repeat.ts'
import type { UploadOptions } from '../../registry-client.ts'
import { headBlob } from '../head-blob.ts'
import { openOrMount } from './mount-blob.ts'
import {
  cancelUpload,
  finishUpload,
  openUpload,
  sendChunk,
  uploadStatus,
  type UploadSession,
} from './upload-session.ts'
import { createUploadReader, type UploadReader } from './upload-source.ts'

/** In bytes. Less than this is no progress: a registry that takes a byte at a time would have everything sent again each time. */
const leastProgress = 64 * 1024

interface Upload {
  readonly site: Site
  readonly descriptor: Descriptor
  readonly reader: UploadReader
  readonly options: UploadOptions
  /** The session has bytes that the registry said it has, after a failure. */
  resumed: boolean
}

/** Where an upload goes on after a failure; `undefined`: the blob is there. */
type GoOn = { readonly session: UploadSession; readonly offset: number } | undefined

/**
 * Uploads a blob (distribution-spec, "Pushing Blobs"). After a failure that may pass, the registry is asked what it has,
 * and only the rest is sent; where it does not know, and the source can be read again, a new session begins. A source
 * that can be read once ends it unless nothing of it was lost. What is given up is cancelled at the registry.
 */
export async function uploadBlob(
  atSite: <T>(work: (site: Site) => Promise<T>) => Promise<T>,
  descriptor: Descriptor,
  source: BlobSource,
  given: UploadOptions,
): Promise<{ readonly mounted: boolean }> {
  assertOptions(descriptor, given)
  const stop = new AbortController()
  const onProgress = guardListener(given.onProgress, (error) => stop.abort(error))
  const signal = given.signal === undefined ? stop.signal : AbortSignal.any([given.signal, stop.signal])
  const options = { ...given, signal }
  const opened = await atSite(async (site) => ({ site, session: await openOrMount(site, descriptor.digest, options) }))
  const { site } = opened
  if (opened.session === undefined) return { mounted: true }
  const upload: Upload = {
    site,
    descriptor,
    reader: createUploadReader(descriptor, source, onProgress),
    options,
    resumed: false,
  }
  let current: GoOn = { session: opened.session, offset: 0 }
  try {
    let best = 0
    for (let attempt = 1; current !== undefined; attempt++) {
      try {
        await transmit(upload, current)
        signal.throwIfAborted()
        return { mounted: false }
      } catch (error) {
        current = await goOn(upload, current.session, error, attempt)
        if (current !== undefined && current.offset >= best + leastProgress) {
          best = current.offset
          attempt = 0
        }
      }
    }
    return { mounted: false }
  } catch (error) {
    if (current !== undefined && !site.wire.closed()) await cancelUpload(site, current.session, descriptor.digest)
    throw error
  } finally {
    await upload.reader.close()
  }
}

async function transmit(
  { site, descriptor, reader, options }: Upload,
  { session, offset }: NonNullable<GoOn>,
): Promise<void> {
  const { digest, size } = descriptor
  const { chunkSize, signal } = options
  if (offset === 0 && chunkSize === undefined && size > 0) {
    await finishUpload(site, session, descriptor, { body: () => reader.read(0, size), signal })
    return
  }
  // Of an empty blob nothing is read but its end.
  if (size === 0) for await (const _ of reader.read(0, 0));
  const length = Math.max(chunkSize ?? size, session.chunkMinBytes)
  for (let start = offset; start < size;) {
    const end = Math.min(start + length, size)
    const from = start
    await sendChunk(site, session, { start, end, body: () => reader.read(from, end) }, { digest, signal })
    start = end
  }
  await finishUpload(site, session, descriptor, { signal })
}

/** @throws the error, when there is no way on */
async function goOn(upload: Upload, session: UploadSession, error: unknown, attempt: number): Promise<GoOn> {
  const { site, descriptor, reader, options } = upload
  const { digest, size } = descriptor
  const { signal } = options
  signal?.throwIfAborted()
  if (reader.failure !== undefined) throw reader.failure.error
  const waits =
    gone(error) || miscounted(upload, error)
      ? attempt < mostAttempts
        ? 0
        : undefined
      : waitAfter(site.wire, error, attempt)
  if (waits === undefined) throw error
  if (waits > 0) {
    site.wire.emit({
      type: 'retry',
      url: publicUrl(session.location.url),
      attempt,
      afterMs: waits,
      code: isLadingError(error) ? error.code : 'UNKNOWN',
    })
    await site.wire.clock.sleep(waits, { signal })
  }
  const distrusted = miscounted(upload, error)
  const has = distrusted ? undefined : await uploadStatus(site, session, digest, { signal })
  if (has !== undefined && has <= reader.furthest && reader.canRead(has)) {
    upload.resumed = true
    return { session, offset: has }
  }
  // The answer to the end of the upload may have been lost: then there is no session, and there is the blob.
  if (!distrusted && has === undefined && reader.furthest === size && (await isThere(site, descriptor, options)))
    return undefined
  if (!reader.canRead(0)) throw spent(error, descriptor)
  await cancelUpload(site, session, digest)
  upload.resumed = false
  const again = await openUpload(site, digest, { signal })
  return again === undefined ? undefined : { session: again, offset: 0 }
}

/** The registry lost the session, or we lost our place in it: asking helps, waiting does not. */
function gone(error: unknown): boolean {
  if (!(error instanceof RegistryError)) return false
  const { status } = error.facts
  return (
    error.code === 'UPLOAD_UNKNOWN' ||
    error.code === 'UPLOAD_INVALID' ||
    error.code === 'RANGE_INVALID' ||
    status === 404 ||
    status === 416
  )
}

/** Our bytes had the right digest, so what the registry said it had was not so. */
function miscounted({ resumed, reader }: Upload, error: unknown): boolean {
  return resumed && isLadingError(error, 'DIGEST_INVALID') && reader.canRead(0)
}

async function isThere(site: Site, { digest, size }: Descriptor, { signal }: AbortOptions): Promise<boolean> {
  try {
    const found = await headBlob(site, repositoryUrl(site, `blobs/${digest}`), digest, { signal })
    return found?.size === size
  } catch (error) {
    signal?.throwIfAborted()
    if (isLadingError(error) && error.facts.status !== undefined) return false
    throw error
  }
}

function spent(error: unknown, { digest }: Descriptor): unknown {
  if (!(error instanceof Error)) return error
  const { host, status } = isLadingError(error) ? error.facts : {}
  return new RegistryError(
    'UPLOAD_FAILED',
    `the upload of ${digest} broke off, and its source cannot be read again: ${error.message}`,
    {
      host,
      status,
      digest,
      cause: error,
      hint: 'give a function from an offset to the bytes there, and the upload goes on by itself',
    },
  )
}

function assertOptions({ digest, size }: Descriptor, { chunkSize }: UploadOptions): void {
  parseDigest(digest)
  if (!Number.isSafeInteger(size) || size < 0)
    throw new RegistryError('OPTION_INVALID', `${size} is no size of a blob`, { digest })
  if (chunkSize !== undefined && (!Number.isSafeInteger(chunkSize) || chunkSize < 1))
    throw new RegistryError('OPTION_INVALID', `a chunk cannot have ${chunkSize} bytes`, { digest })
}
