import { algorithmOf } from '@lading/digest'
import { createHasher } from '@lading/digest/hash'
import type { Descriptor } from '@lading/manifest'
import type { BlobSource } from '../../blob-source.ts'
import { RegistryError } from '../../errors/registry-error.ts'
import { SourceError } from '../../errors/source-error.ts'

/** Hands a source to requests, in order, counts and hashes it on the way. */
export interface UploadReader {
  /** As far as the source was ever read. */
  readonly furthest: number
  /** Whether it can be read from this byte on. */
  canRead(from: number): boolean
  /**
   * The bytes from `start` to `end` (exclusive). The blob's last bytes are handed out only when the source ends there
   * and has the right digest: nobody is ever given the whole of something else.
   */
  read(start: number, end: number): AsyncGenerator<Uint8Array, void, undefined>
  /** What the source threw, or what is wrong with it: never the network's fault. */
  readonly failure: { readonly error: unknown } | undefined
  /** Leaves the source. */
  close(): Promise<void>
}

/** What one write brings to the socket: small enough that a slow line shows progress within the clocks of a transport. */
const longestPiece = 64 * 1024

/** The source, as it was opened at some offset. */
interface Opened {
  readonly iterator: AsyncIterator<Uint8Array>
  /** What has come and was not handed out. */
  rest: Uint8Array
  position: number
  ended: boolean
  /** Under way: a request that broke off and the one after it must not both ask. */
  filling: Promise<void> | undefined
}

export function createUploadReader(
  { digest, size }: Descriptor,
  source: BlobSource,
  onProgress: (sent: number) => void,
): UploadReader {
  const restartable = source instanceof Uint8Array || typeof source === 'function'
  const hasher = createHasher(algorithmOf(digest))
  let opened: Opened | undefined
  let furthest = 0
  let turns = 0
  let failure: { readonly error: unknown } | undefined

  const openAt = async (from: number): Promise<Opened> => {
    if (opened?.position === from) return opened
    if (opened !== undefined && !restartable) throw spent(opened.position)
    if (opened !== undefined) await leave(opened)
    opened = {
      iterator: chunksOf(source, from)[Symbol.asyncIterator](),
      rest: nothing,
      position: from,
      ended: false,
      filling: undefined,
    }
    return opened
  }
  const count = (stream: Opened, piece: Uint8Array): void => {
    const known = furthest - stream.position
    stream.position += piece.byteLength
    if (stream.position <= furthest) return
    hasher.update(known > 0 ? piece.subarray(known) : piece)
    furthest = stream.position
  }
  const assertWhole = async (stream: Opened): Promise<void> => {
    await fill(stream)
    if (!stream.ended) throw wrongSize(`more than ${size}`)
    const actual = hasher.digest()
    if (actual !== digest)
      throw new RegistryError('DIGEST_MISMATCH', `the source is ${actual} and not ${digest}`, {
        digest,
        expected: digest,
        actual,
        hint: 'give the descriptor of what is uploaded',
      })
  }
  const spent = (at: number): RegistryError =>
    new RegistryError('UPLOAD_FAILED', `the source of ${digest} was read up to byte ${at}, and cannot be read again`, {
      digest,
      hint: 'give a function from an offset to the bytes there, and the upload goes on by itself',
    })
  const wrongSize = (actual: string | number): RegistryError =>
    new RegistryError('SIZE_MISMATCH', `the source has ${actual} bytes, and ${digest} has ${size}`, {
      digest,
      expected: size,
      actual,
      hint: 'give the descriptor of what is uploaded',
    })

  return {
    get furthest() {
      return furthest
    },
    get failure() {
      return failure
    },
    canRead: (from) => restartable || (failure === undefined && from === (opened?.position ?? 0)),
    async *read(start, end) {
      const turn = ++turns
      try {
        const stream = await openAt(start)
        if (start === end && end === size) await assertWhole(stream)
        while (stream.position < end) {
          await fill(stream)
          // The request that this was for has ended meanwhile; what came is the next one's.
          if (turn !== turns) return
          if (stream.ended) throw wrongSize(stream.position)
          const piece = stream.rest.subarray(0, Math.min(end - stream.position, longestPiece))
          stream.rest = stream.rest.subarray(piece.byteLength)
          count(stream, piece)
          if (stream.position === size) await assertWhole(stream)
          onProgress(stream.position)
          yield piece
        }
      } catch (error) {
        if (turn !== turns) return
        failure = { error: error instanceof RegistryError ? error : new SourceError(error, { digest }) }
        throw failure.error
      }
    },
    async close() {
      turns++
      if (opened !== undefined) await leave(opened)
    },
  }
}

const nothing = new Uint8Array(0)

/** Until there is something to hand out, or the end. */
async function fill(stream: Opened): Promise<void> {
  while (!stream.ended && stream.rest.byteLength === 0) {
    stream.filling ??= next(stream)
    await stream.filling
  }
}

async function next(stream: Opened): Promise<void> {
  try {
    const { done, value } = await stream.iterator.next()
    if (done === true) stream.ended = true
    else stream.rest = value
  } finally {
    stream.filling = undefined
  }
}

/** Whoever is in the middle of a read hears of it when that is over, and is not waited for. A source that cannot be left is no reason to fail. */
async function leave({ iterator, ended, filling }: Opened): Promise<void> {
  if (ended) return
  const left = Promise.resolve(iterator.return?.()).catch(() => undefined)
  if (filling === undefined) await left
  else void filling.catch(() => undefined)
}

function chunksOf(source: BlobSource, from: number): AsyncIterable<Uint8Array> {
  if (source instanceof Uint8Array) return only(source.subarray(from))
  return typeof source === 'function' ? source(from) : source
}

async function* only(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  if (bytes.byteLength > 0) yield bytes
}
