import type { AbortOptions } from '@lading/clock'
import { createParser } from './parser.ts'
import type { TarEntry } from './tar-entry.ts'
import type { TarReaderOptions } from './tar-reader-options.ts'

/** An archive with random access. Sizes and positions in bytes. */
export interface TarFile {
  readonly size: number
  /** Reads into `buffer` from `position`; how many bytes, 0 at the end. May be fewer than asked for. */
  read(buffer: Uint8Array, position: number): Promise<number>
}

const chunkBytes = 64 * 1024

/**
 * The entries of an archive, read as strictly as by `readTar`, without their bodies: these are skipped, so that a
 * list needs one read for each entry, and not all bytes. `bodyOffset` is the position of each body.
 *
 * @throws TarError, what `file` throws, or the signal's reason unchanged
 */
export async function* listTar(
  file: TarFile,
  { signal, ...how }: TarReaderOptions & AbortOptions = {},
): AsyncGenerator<TarEntry, void, undefined> {
  const { size } = file
  const parser = createParser(how)
  const memory = new Uint8Array(Math.min(chunkBytes, Math.max(1, size)))
  signal?.throwIfAborted()
  for (let at = 0; ;) {
    const step = parser.next()
    if (step === 'end') return
    if (step === 'entry') {
      parser.skipBody()
      yield parser.entry
    }
    if (step !== undefined) continue
    const leapt = parser.leap(size - at)
    at += leapt
    if (leapt > 0) continue
    signal?.throwIfAborted()
    const count = at < size ? await file.read(memory.subarray(0, Math.min(memory.length, size - at)), at) : 0
    if (count === 0) {
      parser.finish()
      return
    }
    parser.feed(memory.subarray(0, count))
    at += count
  }
}
