import { isLadingError } from '@lading/errors'
import type { Descriptor } from '@lading/manifest'
import type { BlobSink } from '@lading/content'
import { RegistryError } from '../errors/registry-error.ts'
import { SinkError } from '../errors/sink-error.ts'
import type { StreamReceiver } from '../http/ask.ts'
import { codingOf, explainedByCoding } from '../http/content-coding.ts'
import type { Head } from '../wire/wire-request.ts'
import { parseContentRange } from '../headers/content-range.ts'

/** Makes one GET with these headers; the answer goes to the receiver. */
export type AskForBlob = (headers: Readonly<Record<string, string>>, to: StreamReceiver) => Promise<void>

export interface FetchBlobOptions {
  /** Who is asked, in the words that sinks remember. */
  readonly source: string
  /** A good answer came: another endpoint would repeat what it brings. */
  readonly onBegin?: (() => void) | undefined
}

/** What the answer brings: from which byte, up to which (exclusive). */
interface Span {
  readonly start: number
  readonly end: number
}

/**
 * Brings a blob, or the rest of one, to its sink (distribution-spec, "Pulling blobs"; RFC 9110 14).
 * A chunk goes from the socket to `sink.write`; a promise from there stops the socket. The body is never asked for
 * twice; only a range that the server gets wrong, of which nothing was written yet, is given up for the whole. What
 * another source began is gone on with only where a strong validator says that it is the same.
 */
export async function fetchBlob(
  descriptor: Descriptor,
  sink: BlobSink,
  request: AskForBlob,
  { source, onBegin }: FetchBlobOptions,
): Promise<void> {
  const { size, digest } = descriptor
  const { offset, end } = sink
  const limit = Math.min(end ?? size, size)
  if (offset > limit)
    throw new RegistryError(
      'SIZE_MISMATCH',
      `${offset} bytes of ${digest} are there already, but it has only ${limit}`,
      {
        digest,
        expected: limit,
        actual: offset,
        hint: 'delete the partial download and start again',
      },
    )
  if (isWhole(descriptor, sink)) return
  const others = offset > 0 && limit === size && sink.source !== undefined && sink.source !== source
  const start = others && !isStrong(sink.validator) ? 0 : offset
  const ranged = start > 0 || limit < size
  const how = { source, request, onBegin }
  try {
    await fetchOnce(
      descriptor,
      sink,
      { start, end: limit },
      { ...how, ranged, same: others ? sink.validator : undefined },
    )
  } catch (error) {
    // The whole blob is no answer for somebody who wants one piece of it.
    if (!ranged || limit < size || !isLadingError(error, 'RANGE_INVALID')) throw error
    await fetchOnce(descriptor, sink, { start: 0, end: size }, { ...how, ranged: false })
  }
}

/** Is nothing missing? An empty blob is requested all the same, to learn whether it exists. */
export const isWhole = ({ size }: Descriptor, { offset, end }: BlobSink): boolean =>
  offset > 0 && offset === Math.min(end ?? size, size)

interface HowOnce extends FetchBlobOptions {
  readonly ranged: boolean
  readonly request: AskForBlob
  /** What the answer to a range must have as its validator. */
  readonly same?: string | undefined
}

async function fetchOnce(
  descriptor: Descriptor,
  sink: BlobSink,
  wanted: Span,
  { source, ranged, request, same, onBegin }: HowOnce,
): Promise<void> {
  const { digest } = descriptor
  let span: Span | undefined
  let answered: Head | undefined
  let received = 0
  let writing: Promise<void> | undefined

  const refuse = (error: unknown): never => {
    throw new SinkError(error, { digest })
  }
  const settled = (wait: void | Promise<void>): void | Promise<void> => {
    if (wait !== undefined) return (writing = wait.catch(refuse))
  }
  try {
    await request(ranged ? rangeHeaders(wanted, sink.validator) : {}, {
      expects: ({ status }) => status === 200 || status === 206,
      head(head) {
        answered = head
        const answer = spanOf(descriptor, head, wanted, ranged)
        const validator = head.headers.get('etag') ?? undefined
        if (answer.start > 0 && same !== undefined && validator !== same) throw notTheSame(descriptor, head)
        span = answer
        onBegin?.()
        try {
          const coding = codingOf(head.headers)
          return settled(
            sink.begin({ start: answer.start, validator, source, ...(coding === undefined ? {} : { coding }) }),
          )
        } catch (error) {
          return refuse(error)
        }
      },
      data(chunk, giveBack) {
        received += chunk.byteLength
        if (span === undefined || received > span.end - span.start) throw tooLong(descriptor, answered?.url.host)
        // A chunk is handed on by as few functions as can be: transport, wire, and this one.
        try {
          const wait = sink.write(chunk, giveBack)
          return wait === undefined ? undefined : settled(wait)
        } catch (error) {
          return refuse(error)
        }
      },
    })
  } catch (error) {
    throw explainedByCoding(error, answered)
  } finally {
    // Whoever hears of the outcome may close the sink at once.
    await writing?.catch(() => undefined)
  }
  if (span !== undefined && received < wanted.end - span.start) {
    const host = answered?.url.host
    const error = new RegistryError(
      'SHORT_BODY',
      `${host} ended the body of ${digest} after ${received} of ${wanted.end - span.start} bytes`,
      { host, digest, expected: wanted.end - span.start, actual: received, hint: 'try again; what arrived is kept' },
    )
    throw explainedByCoding(error, answered)
  }
}

/** With both ends, which is how some registries know ranges at all: they answer 416 to one that is open. */
function rangeHeaders({ start, end }: Span, validator: string | undefined): Record<string, string> {
  return {
    range: `bytes=${start}-${end - 1}`,
    ...(start > 0 && isStrong(validator) ? { 'if-range': validator } : {}),
  }
}

/** A weak validator promises nothing about bytes (RFC 9110 13.1.5). */
const isStrong = (validator: string | undefined): validator is string =>
  validator !== undefined && /^"[\x21\x23-\x7e]*"$/.test(validator)

const notTheSame = ({ digest }: Descriptor, { url, status }: Head): RegistryError =>
  new RegistryError('RANGE_INVALID', `${url.host} sends a part of ${digest} that may be of another version`, {
    host: url.host,
    status,
    digest,
    hint: 'start again from the beginning',
  })

/** @throws RegistryError `RANGE_INVALID` for a range that was not asked for, `SIZE_MISMATCH` for another blob's length */
function spanOf(descriptor: Descriptor, { status, headers, url }: Head, wanted: Span, ranged: boolean): Span {
  const { size, digest } = descriptor
  const length = headers.get('content-length')
  const stated = length !== null && /^[0-9]{1,16}$/.test(length) ? Number(length) : undefined
  const facts = { host: url.host, status, digest }
  if (status === 200) {
    if (stated !== undefined && stated !== size)
      throw new RegistryError('SIZE_MISMATCH', `${url.host} sends ${stated} bytes for ${digest}, which has ${size}`, {
        ...facts,
        expected: size,
        actual: stated,
        hint: 'the manifest or the registry is wrong about this blob',
      })
    return { start: 0, end: size }
  }
  const wrong = (what: string): RegistryError =>
    new RegistryError('RANGE_INVALID', `${url.host} sent a wrong range of ${digest}: ${what}`, {
      ...facts,
      hint: 'start again from the beginning',
    })
  if (!ranged) throw wrong('no range was requested')
  const range = parseContentRange(headers.get('content-range'))
  if (range === undefined) throw wrong('it has no valid Content-Range')
  if (range.first !== wanted.start) throw wrong(`from byte ${range.first} instead of ${wanted.start}`)
  if (range.last >= wanted.end) throw wrong(`up to byte ${range.last} instead of ${wanted.end - 1}`)
  if (range.total !== undefined && range.total !== size)
    throw wrong(`as part of ${range.total} bytes instead of ${size}`)
  const end = range.last + 1
  if (stated !== undefined && stated !== end - range.first)
    throw wrong(`with ${stated} bytes instead of ${end - range.first}`)
  return { start: range.first, end }
}

function tooLong({ digest, size }: Descriptor, host: string | undefined): RegistryError {
  return new RegistryError('SIZE_MISMATCH', `${host} sends more than the ${size} bytes of ${digest}`, {
    host,
    digest,
    expected: size,
    hint: 'the manifest or the registry is wrong about this blob',
  })
}
