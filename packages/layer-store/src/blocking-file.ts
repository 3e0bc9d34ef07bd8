import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'

// Absent on Windows. A link is never followed out of the store, and a FIFO in a blob's place does not hang its reader.
const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

/** A file read on the thread that asks, which is there for nothing else. */
export interface BlockingFile {
  /** Fills `buffer` from `position` as far as the file goes, `length` bytes at most. Returns how many. */
  read(buffer: Uint8Array, length: number, position: number): number
  /** @throws the system's error */
  close(): void
}

export type Open = (path: string) => BlockingFile | undefined

/** `undefined`: nothing is there. @throws the system's error */
export function openBlocking(path: string): BlockingFile | undefined {
  let descriptor: number
  try {
    descriptor = openSync(path, flags)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  const file: BlockingFile = {
    read(buffer, length, position) {
      let filled = 0
      while (filled < length) {
        const count = readSync(descriptor, buffer, filled, length - filled, position + filled)
        if (count === 0) break
        filled += count
      }
      return filled
    },
    close() {
      closeSync(descriptor)
    },
  }
  if (!fstatSync(descriptor).isFile()) {
    file.close()
    throw new Error('not a file')
  }
  return file
}
