import { createReadStream } from 'node:fs'
import type { AbortOptions } from '@lading/clock'
import { fileSystemError } from '@lading/content-store'
import { unreadable } from './refusals.ts'

const chunkBytes = 256 * 1024

/**
 * The bytes of a file, a pipe or a device, once. It is opened when the first bytes are requested, and closed when no more
 * are, or when the signal is aborted.
 *
 * @throws ArchiveError `ARCHIVE_UNREADABLE`
 */
export async function* fileChunks(
  path: string,
  { signal }: AbortOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const stream = createReadStream(path, { highWaterMark: chunkBytes, signal })
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>
  try {
    for (;;) {
      const { done, value } = await chunks.next().catch((error: unknown) => {
        signal?.throwIfAborted()
        throw unreadable(path, fileSystemError(error, 'read', path))
      })
      if (done === true) return
      yield value
    }
  } finally {
    stream.destroy()
  }
}
