import type { FileHandle } from 'node:fs/promises'
import type { AbortOptions } from '@lading/clock'
import type { Source } from '@lading/content'
import type { Digest } from '@lading/digest'
import type { Descriptor } from '@lading/manifest'
import { append, namelessFile, readBack } from './nameless-file.ts'

/**
 * The same source, but `open` downloads no blob twice: a blob that was read to its end, and so was verified, is kept in a file in
 * the directory, which has no name and disappears with the process. If the disk is full, the blob is downloaded again.
 * `close` discards all of them, and closes the source.
 */
export function keepBlobs(source: Source, directory: string): Source {
  const kept = new Map<Digest, FileHandle>()
  let closed = false

  async function* fetched(
    descriptor: Descriptor,
    options: AbortOptions | undefined,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    let file = await namelessFile(directory)
    try {
      for await (const chunk of source.open(descriptor, options)) {
        if (file !== undefined && !(await append(file, chunk))) {
          await file.close()
          file = undefined
        }
        yield chunk
      }
      if (file === undefined || closed || kept.has(descriptor.digest)) return
      kept.set(descriptor.digest, file)
      file = undefined
    } finally {
      await file?.close()
    }
  }

  return {
    ...source,
    async *open(descriptor, options) {
      const file = kept.get(descriptor.digest)
      if (file === undefined) yield* fetched(descriptor, options)
      else yield* readBack(file, descriptor.size, options)
    },
    async close() {
      closed = true
      const files = [...kept.values()]
      kept.clear()
      await Promise.all(files.map((file) => file.close()))
      await source.close()
    },
  }
}
