import { randomBytes } from 'node:crypto'
import { open, unlink, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { AbortOptions } from '@lading/clock'
import type { Source } from '@lading/content'
import type { Digest } from '@lading/digest'
import type { Descriptor } from '@lading/manifest'

const blockSize = 1024 * 1024

/**
 * The same source, of which no blob is fetched twice by `open`: what was read to its end, and so was right, is kept in a file of
 * the directory, which has no name there and is gone with the process. What the directory has no room for is fetched again.
 * `close` forgets it all, and closes the source.
 */
export function keepBlobs(source: Source, directory: string): Source {
  const kept = new Map<Digest, FileHandle>()
  let closed = false

  async function* fetched(
    descriptor: Descriptor,
    options: AbortOptions | undefined,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    let file = await nameless(directory)
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

/** `undefined`: there can be none. */
async function nameless(directory: string): Promise<FileHandle | undefined> {
  const path = join(directory, `.lading-blob-${randomBytes(16).toString('hex')}`)
  const file = await open(path, 'wx+', 0o600).catch(() => undefined)
  await unlink(path).catch(() => {})
  return file
}

const append = (file: FileHandle, chunk: Uint8Array): Promise<boolean> =>
  file.appendFile(chunk).then(
    () => true,
    () => false,
  )

async function* readBack(
  file: FileHandle,
  size: number,
  { signal }: AbortOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let position = 0; position < size;) {
    signal?.throwIfAborted()
    const block = new Uint8Array(Math.min(blockSize, size - position))
    const { bytesRead } = await file.read(block, 0, block.length, position)
    // What reads it finds out that something is missing.
    if (bytesRead === 0) return
    position += bytesRead
    yield block.subarray(0, bytesRead)
  }
}
