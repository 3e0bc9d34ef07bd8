import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { AbortOptions } from '@lading/clock'
import type { FileHandle, FileSystem } from '@lading/content-store'

/**
 * Writes what can be read only once to a temporary file, and returns it open for reading. Where the system allows it, it has
 * no name from the start, so that a killed process leaves nothing behind; else it is removed when it is closed.
 */
export async function spool(
  fs: FileSystem,
  directory: string,
  chunks: AsyncIterable<Uint8Array>,
  { signal }: AbortOptions = {},
): Promise<FileHandle> {
  const path = join(directory, `lading-archive-${randomBytes(8).toString('hex')}.tmp`)
  const remove = async (): Promise<boolean> => fs.unlink(path).catch(() => false)
  const writer = await fs.open(path, 'wx')
  let reader: FileHandle | undefined
  try {
    try {
      reader = await fs.open(path, 'r')
      if (fs.traits?.replacesOpenFiles !== false) await remove()
      let at = 0
      for await (const chunk of chunks) {
        signal?.throwIfAborted()
        await writer.write(chunk, at)
        at += chunk.byteLength
      }
    } finally {
      await writer.close()
    }
    const { close } = reader
    return {
      ...reader,
      async close() {
        await close()
        await remove()
      },
    }
  } catch (error) {
    await reader?.close().catch(() => undefined)
    await remove()
    throw error
  }
}
