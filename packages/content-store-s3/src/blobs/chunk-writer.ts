import type { GiveBack } from '@lading/content'
import type { Algorithm, Digest } from '@lading/digest'
import { createHasher, digestOf, type Hasher } from '@lading/digest/hash'
import { algorithmOf, hexOf } from '@lading/digest'
import type { ListedChunk } from './done-document.ts'
import type { Engine } from './engine.ts'

/** Bytes on their way into chunks: counted as they come, hashed chunk by chunk, and written behind the caller's back. */
export interface ChunkWriter {
  /** Bytes taken. */
  readonly offset: number
  /** Those that are in the store, and those that are about to be. */
  readonly chunks: readonly ListedChunk[]
  /** The bytes of a chunk while it is written. They stay as they are. */
  inFlight(key: string): Uint8Array | undefined
  /** As `Ingest.write`. */
  write(chunk: Uint8Array, giveBack?: GiveBack): void | Promise<void>
  /** From now on no chunk is taken. */
  seal(): void
  /** All that was taken is in the store. @throws what a write failed with */
  flush(): Promise<void>
  /** The same, or, where all of it is little, all of it. */
  finish(): Promise<{ readonly chunks: readonly ListedChunk[]; readonly content: Uint8Array }>
  /** What is not in the store yet is given up. Settles when nothing is in flight. */
  abandon(): Promise<void>
  /** Of all that was taken. */
  digest(): Digest
}

interface Options {
  readonly engine: Engine
  readonly algorithm: Algorithm | undefined
  /** Bytes that are in the store. Default none. */
  readonly start?: { readonly chunks: readonly ListedChunk[]; readonly hasher: Hasher } | undefined
  /** The most bytes that are taken. Default: as many as come. */
  readonly size: number | undefined
  /** Of the chunk that begins there. */
  readonly keyAt: (offset: number) => string
  readonly refuse: {
    /** For a chunk after `seal`. */
    ended(): Error
    /** For a chunk with which there would be `actual` bytes. */
    tooLong(actual: number): Error
  }
  /** Another chunk is written, or in the store. */
  readonly grown?: (() => void) | undefined
}

/** A chunk that is being written. */
interface Flight {
  readonly bytes: Uint8Array
  /** Somebody was given the bytes, and may read them later. */
  isShared: boolean
}

const nothing = new Uint8Array(0)

export function writeChunks(options: Options): ChunkWriter {
  const { algorithm, start, size, keyAt, refuse, grown } = options
  const { objects, times, bounds } = options.engine
  /** Of what was sent, so that the sum at the end of each chunk is known. */
  const hasher = start?.hasher ?? createHasher(algorithm)
  const chunks: ListedChunk[] = [...(start?.chunks ?? [])]
  const stop = new AbortController()
  /** Of the first byte in `buffer`. */
  let sentTo = chunks.reduce((sum, chunk) => sum + chunk.size, 0)
  let buffer = nothing
  let filled = 0
  const flying = new Map<string, Flight>()
  /** Memory of chunks that were written, for the next ones: memory that is new each time costs a third of all processor time. */
  const spare: Uint8Array<ArrayBuffer>[] = []
  let failed: { readonly error: unknown } | undefined
  let sealed = false
  let timer: NodeJS.Timeout | undefined
  let landed = Promise.withResolvers<void>()

  const offset = (): number => sentTo + filled
  const throwFailure = (): void => {
    if (failed !== undefined) throw failed.error
  }

  /** The first `length` bytes of what is filled. */
  function send(length: number): void {
    const bytes = buffer.subarray(0, length)
    const rest = buffer.subarray(length, filled)
    const key = keyAt(sentTo)
    hasher.update(bytes)
    const upTo = hasher.fork().digest()
    const sha256 = hexOf(sentTo === 0 && algorithmOf(upTo) === 'sha256' ? upTo : digestOf(bytes))
    chunks.push({ key, size: length, sha256, upTo: hexOf(upTo) })
    sentTo += length
    filled = rest.length
    buffer = nothing
    if (filled > 0) {
      buffer = room(filled)
      buffer.set(rest)
    }
    const flight: Flight = { bytes, isShared: false }
    flying.set(key, flight)
    void put(key, flight, sha256)
    grown?.()
  }

  async function put(key: string, flight: Flight, sha256: string): Promise<void> {
    try {
      // The owner's nonce is in the key: what is there is of an attempt of ours.
      await objects.create(key, flight.bytes, { sha256, signal: stop.signal })
      const memory = flight.bytes.buffer as ArrayBuffer
      if (!sealed && !flight.isShared && memory.byteLength === bounds.chunkBytes) spare.push(new Uint8Array(memory))
    } catch (error) {
      failed ??= { error }
    }
    flying.delete(key)
    const told = landed
    landed = Promise.withResolvers()
    told.resolve()
    if (failed === undefined) grown?.()
  }

  const room = (atLeast: number): Uint8Array<ArrayBuffer> =>
    spare.pop() ??
    new Uint8Array(
      Buffer.allocUnsafeSlow(
        Math.max(atLeast, Math.min(bounds.chunkBytes, size === undefined ? bounds.chunkBytes : size - sentTo)),
      ).buffer,
    )

  function take(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length;) {
      // A full one waits for the next byte: the last chunk is not written before the digest is right.
      if (filled === bounds.chunkBytes) send(filled)
      if (buffer.length === 0) buffer = room(0)
      const piece = chunk.subarray(at, at + buffer.length - filled)
      buffer.set(piece, filled)
      filled += piece.length
      at += piece.length
    }
  }

  function flushLater(): void {
    timer ??= setTimeout(() => {
      timer = undefined
      if (sealed || failed !== undefined) return
      const withheld = size !== undefined && offset() === size ? bounds.withheldBytes : 0
      if (filled <= withheld) return
      if (flying.size >= bounds.inFlight) flushLater()
      else send(filled - withheld)
    }, times.flushMs)
    timer.unref()
  }

  async function untilFlying(most: number): Promise<void> {
    if (flying.size <= most) return
    await landed.promise
    await untilFlying(most)
  }

  async function flush(): Promise<void> {
    if (filled > 0 && failed === undefined) send(filled)
    await untilFlying(0)
    throwFailure()
  }

  return {
    get offset() {
      return offset()
    },
    chunks,
    inFlight(key) {
      const flight = flying.get(key)
      if (flight === undefined) return undefined
      flight.isShared = true
      return flight.bytes
    },
    write(chunk, giveBack) {
      if (sealed) throw refuse.ended()
      throwFailure()
      const length = offset() + chunk.length
      if (size !== undefined && length > size) throw refuse.tooLong(length)
      if (chunk.length === 0) return undefined
      take(chunk)
      giveBack?.()
      flushLater()
      return flying.size >= bounds.inFlight ? untilFlying(bounds.inFlight - 1) : undefined
    },
    seal() {
      sealed = true
      spare.length = 0
      clearTimeout(timer)
    },
    flush,
    async finish() {
      throwFailure()
      if (chunks.length === 0 && filled <= bounds.inlineBytes) return { chunks: [], content: buffer.slice(0, filled) }
      await flush()
      return { chunks, content: nothing }
    },
    async abandon() {
      stop.abort(refuse.ended())
      await untilFlying(0)
    },
    digest() {
      const all = hasher.fork()
      all.update(buffer.subarray(0, filled))
      return all.digest()
    },
  }
}
