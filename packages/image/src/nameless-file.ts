import { randomBytes } from 'node:crypto'
import { open, unlink, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { AbortOptions } from '@lading/clock'

const blockSize = 1024 * 1024

/** An unnamed file in a directory, which disappears with the process; `undefined`: the system does not support this. */
export async function namelessFile(directory: string): Promise<FileHandle | undefined> {
  const path = join(directory, `.lading-blob-${randomBytes(16).toString('hex')}`)
  const file = await open(path, 'wx+', 0o600).catch(() => undefined)
  await unlink(path).catch(() => {})
  return file
}

/** Whether there was enough space. */
export const append = (file: FileHandle, chunk: Uint8Array): Promise<boolean> =>
  file.appendFile(chunk).then(
    () => true,
    () => false,
  )

/** Its bytes from the beginning; fewer than `size` if it has fewer. */
export async function* readBack(
  file: FileHandle,
  size: number,
  { signal }: AbortOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let position = 0; position < size;) {
    signal?.throwIfAborted()
    const block = new Uint8Array(Math.min(blockSize, size - position))
    const { bytesRead } = await file.read(block, 0, block.length, position)
    // Its reader notices that something is missing.
    if (bytesRead === 0) return
    position += bytesRead
    yield block.subarray(0, bytesRead)
  }
}
