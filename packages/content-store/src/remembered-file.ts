import { hexOf } from '@lading/digest'
import { digestOf } from '@lading/digest/hash'
import type { FileSystem } from './file-system.ts'
import { removeQuietly, temporaryPath, writeNewFile } from './write-file-durably.ts'

/**
 * What somebody found out and could find out again. It is a memory and never a truth: it may be missing, cut off or
 * changed by a disk, which its sum tells, and then it is none.
 */
export interface RememberedFile {
  /** `undefined`: none, or none that can be read. Never rejects. */
  read(): Promise<Uint8Array | undefined>
  /**
   * Replaces it in one step. Whoever writes last is remembered; where nothing can be written, nothing is. It is not
   * waited for the disk: what a power cut leaves of it has another sum. Never rejects.
   */
  write(bytes: Uint8Array): Promise<void>
}

const newline = 0x0a
const sumLength = 64

/** @param options.maxBytes a larger one is none */
export function createRememberedFile({
  fs,
  path,
  maxBytes,
}: {
  readonly fs: FileSystem
  readonly path: string
  readonly maxBytes: number
}): RememberedFile {
  return {
    async read() {
      const bytes = await fs.readFile(path, { maxBytes }).catch(() => undefined)
      if (bytes === undefined || bytes[sumLength] !== newline) return undefined
      const content = bytes.subarray(sumLength + 1)
      return sumOf(content) === new TextDecoder().decode(bytes.subarray(0, sumLength)) ? content : undefined
    },
    async write(bytes) {
      if (bytes.length + sumLength >= maxBytes) return
      const temp = temporaryPath(path)
      const sealed = new Uint8Array(sumLength + 1 + bytes.length)
      sealed.set(new TextEncoder().encode(`${sumOf(bytes)}\n`))
      sealed.set(bytes, sumLength + 1)
      try {
        await writeNewFile(fs, temp, sealed, { sync: false })
        await fs.rename(temp, path)
      } catch {
        await removeQuietly(fs, temp)
      }
    },
  }
}

const sumOf = (bytes: Uint8Array): string => hexOf(digestOf(bytes))
