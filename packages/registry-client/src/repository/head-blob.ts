import type { AbortOptions } from '@lading/clock'
import { algorithmOf, type Digest } from '@lading/digest'
import { digestOf } from '@lading/digest/hash'
import { isLadingError } from '@lading/errors'
import { RegistryError } from '../errors/registry-error.ts'
import { exchange } from '../site/exchange.ts'
import type { Site } from '../site/site.ts'
import { repeatAt } from '../site/repeat-at.ts'
import type { Head } from '../wire/wire-request.ts'
import type { BlobSize } from '../registry-client.ts'
import { parseContentRange } from '../headers/content-range.ts'
import { believeHead, believesHead } from './head-memory.ts'
import { lengthOf } from './manifests.ts'

/**
 * HEAD of a blob (distribution-spec end-2). Some storage behind registries answers no HEAD, or without a length: then
 * its first byte is asked for, and what that answer says of the whole.
 */
export async function headBlob(
  site: Site,
  url: URL,
  digest: Digest,
  options: AbortOptions,
): Promise<BlobSize | undefined> {
  const byHead = await sizeByHead(site, url, digest, options)
  if (typeof byHead === 'number') {
    believeHead(site, 'blob')
    return { digest, size: byHead }
  }
  try {
    const size = await sizeByFirstByte(site, url, digest, options)
    return size === undefined ? undefined : { digest, size }
  } catch (error) {
    options.signal?.throwIfAborted()
    if (!(byHead instanceof Error)) throw error
    if (isAbsence(error)) believeHead(site, 'blob')
    throw isAbsence(error) || isOdd(error) ? byHead : error
  }
}

/** It says nothing of whether the blob is there. */
const isOdd = (error: unknown): boolean =>
  isLadingError(error, 'UNEXPECTED_STATUS') || isLadingError(error, 'UNSUPPORTED')
const isAbsence = (error: unknown): boolean => isLadingError(error) && error.facts.status === 404

/** An error: it is not there, if HEAD may be believed. */
async function sizeByHead(
  site: Site,
  url: URL,
  digest: Digest,
  options: AbortOptions,
): Promise<number | Error | undefined> {
  try {
    return await repeatAt(
      site,
      url,
      (at) =>
        answerOf(at, { method: 'HEAD', url, headers: {} }, digest, options, ({ headers }) => {
          const size = lengthOf(headers)
          // Some know no length and say 0; only one blob has none.
          return size === 0 && digest !== digestOf(new Uint8Array(0), algorithmOf(digest)) ? undefined : size
        }),
      { ...options, untilServerError: true },
    )
  } catch (error) {
    options.signal?.throwIfAborted()
    // Without a body nobody knows why it was refused: the GET tells, or is not refused. Too many requests are too many.
    if (
      !isLadingError(error) ||
      error.facts.status === undefined ||
      isLadingError(error, 'TOO_MANY_REQUESTS') ||
      (error instanceof RegistryError && error.asksTooLong) ||
      (isAbsence(error) && believesHead(site, 'blob'))
    )
      throw error
    return isAbsence(error) ? error : undefined
  }
}

function sizeByFirstByte(site: Site, url: URL, digest: Digest, options: AbortOptions): Promise<number | undefined> {
  return repeatAt(
    site,
    url,
    (at) =>
      answerOf(at, { method: 'GET', url, headers: { range: 'bytes=0-0' } }, digest, options, ({ status, headers }) =>
        status === 206 ? parseContentRange(headers.get('content-range'))?.total : lengthOf(headers),
      ),
    options,
  )
}

async function answerOf(
  site: Site,
  question: { readonly method: 'GET' | 'HEAD'; readonly url: URL; readonly headers: Readonly<Record<string, string>> },
  digest: Digest,
  options: AbortOptions,
  read: (head: Head) => number | undefined,
): Promise<number | undefined> {
  const enough = new Error('the head was enough')
  let size: number | undefined
  try {
    await exchange(
      site,
      question,
      {
        expects: ({ status }) => status === 200 || status === 206,
        head: (head) => void (size = read(head)),
        // A server that ignores ranges sends the whole.
        data() {
          throw enough
        },
      },
      { ...options, about: { subject: 'blob', digest } },
    )
  } catch (error) {
    if (error !== enough) throw error
  }
  return size
}
