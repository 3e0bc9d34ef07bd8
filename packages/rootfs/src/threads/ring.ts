/**
 * Passes bytes from one thread to another, copied once: a ring of shared memory with pieces, each after its length. One writes
 * and one reads, and each waits for the other without a message.
 */
export interface Ring {
  readonly bytes: SharedArrayBuffer
  /** Positions of the writer and the reader, whether both must stop, and how many layers can be read. */
  readonly cells: SharedArrayBuffer
}

const size = 4 * 1024 * 1024
const mask = size - 1
/** The largest piece: the ring has room for several, so that the sides do not wait for each piece. */
const mostBytes = 256 * 1024
const WRITTEN = 0
const READ = 1
const STOPPED = 2
const ARRIVED = 3
/** Instead of a length: the rest of the ring is not used, and the next piece is at the beginning. */
const aroundMark = -1
const endMark = 0
/** Instead of a length: there is nothing more, because the writing side has failed. */
const failMark = -2

/** What either side throws if the other one, or the caller, has stopped. */
export const stopped: unique symbol = Symbol('stopped')

export const createRing = (): Ring => ({
  bytes: new SharedArrayBuffer(size),
  cells: new SharedArrayBuffer(4 * Int32Array.BYTES_PER_ELEMENT),
})

/** Both sides end at once. */
export function stopRing({ cells }: Ring): void {
  const at = new Int32Array(cells)
  Atomics.store(at, STOPPED, 1)
  Atomics.notify(at, WRITTEN)
  Atomics.notify(at, READ)
  Atomics.notify(at, ARRIVED)
}

/** One more layer is there, after those before it. */
export function letLayer({ cells }: Ring): void {
  const at = new Int32Array(cells)
  Atomics.add(at, ARRIVED, 1)
  Atomics.notify(at, ARRIVED)
}

/** Waits until a layer is there, counted from 0. */
export function waitForLayer({ cells }: Ring, index: number): void {
  const at = new Int32Array(cells)
  for (let arrived = Atomics.load(at, ARRIVED); arrived <= index; arrived = Atomics.load(at, ARRIVED))
    waitFor(at, ARRIVED, arrived)
}

/** Waits until a cell is no longer what it was. */
function waitFor(at: Int32Array, cell: number, was: number): void {
  // A stop between the check and the wait would be missed: check again after a while.
  while (Atomics.load(at, cell) === was) {
    if (Atomics.load(at, STOPPED) !== 0) throw stopped
    Atomics.wait(at, cell, was, 100)
  }
}

export interface RingWriter {
  write(bytes: Uint8Array): void
  /** A layer is complete and verified. */
  end(): void
  /** What was written before is still read, so that the layers, and not the timing of threads, decide which error is reported. */
  fail(): void
}

export function writeRing({ bytes, cells }: Ring): RingWriter {
  const at = new Int32Array(cells)
  const lengths = new Int32Array(bytes)
  const ring = new Uint8Array(bytes)
  let written = 0

  function room(wanted: number): void {
    for (;;) {
      if (Atomics.load(at, STOPPED) !== 0) throw stopped
      const read = Atomics.load(at, READ)
      if (size - ((written - read) | 0) >= wanted) return
      waitFor(at, READ, read)
    }
  }
  function publish(length: number): void {
    written = (written + length) | 0
    Atomics.store(at, WRITTEN, written)
    Atomics.notify(at, WRITTEN)
  }
  function put(length: number, piece: Uint8Array | undefined): void {
    const whole = 4 + ((Math.max(0, length) + 3) & ~3)
    const left = size - (written & mask)
    if (left < whole) {
      room(left)
      lengths[(written & mask) >> 2] = aroundMark
      publish(left)
    }
    room(whole)
    const place = written & mask
    lengths[place >> 2] = length
    if (piece !== undefined) ring.set(piece, place + 4)
    publish(whole)
  }

  return {
    write(chunk) {
      for (let done = 0; done < chunk.length; done += mostBytes) {
        const piece = chunk.subarray(done, done + mostBytes)
        put(piece.length, piece)
      }
    },
    end: () => put(endMark, undefined),
    fail: () => put(failMark, undefined),
  }
}

/** The pieces of one layer, each valid until the next one is requested. @throws `stopped` after the last one of an incomplete layer */
export function* readRing({ bytes, cells }: Ring): Generator<Uint8Array, void, undefined> {
  const at = new Int32Array(cells)
  const lengths = new Int32Array(bytes)
  let read = Atomics.load(at, READ)
  const release = (length: number): void => {
    read = (read + length) | 0
    Atomics.store(at, READ, read)
    Atomics.notify(at, READ)
  }
  for (;;) {
    waitFor(at, WRITTEN, read)
    const place = read & mask
    const length = lengths[place >> 2] as number
    if (length === aroundMark) {
      release(size - place)
      continue
    }
    if (length === failMark) throw stopped
    if (length !== endMark) yield new Uint8Array(bytes, place + 4, length)
    release(4 + ((length + 3) & ~3))
    if (length === endMark) return
  }
}
