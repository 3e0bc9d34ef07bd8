import type { FileHandle } from 'node:fs/promises'
import type { AbortOptions } from '@lading/clock'
import { append, namelessFile, readBack } from './nameless-file.ts'

/** Bodies of one layer that callers wait for: in memory as far as they fit, and, with a directory, the others in unnamed files. */
export interface KeptBodies {
  /** Stores a body while it is read, in place of an earlier one with the same path. Returns whether it was stored completely. */
  keep(
    what: { readonly path: string; readonly ordinal: number; readonly size: number },
    body: AsyncIterable<Uint8Array>,
  ): Promise<void>
  /** Readable once from a file, any number of times from memory. `undefined`: it was not kept. */
  take(ordinal: number, options: AbortOptions): AsyncIterable<Uint8Array> | undefined
  /** Discards everything. */
  clear(): Promise<void>
}

type Kept = { readonly ordinal: number } & (
  | { readonly bytes: Uint8Array }
  | { readonly file: FileHandle; size: number }
)

/** @param most bytes in memory. @param spoolDirectory for larger bodies; default: they are not kept */
export function createKeptBodies(most: number, spoolDirectory: string | undefined): KeptBodies {
  const kept = new Map<string, Kept>()
  let room = most

  const forget = async (path: string): Promise<void> => {
    const before = kept.get(path)
    kept.delete(path)
    if (before !== undefined && 'bytes' in before) room += before.bytes.byteLength
    else await before?.file.close()
  }
  return {
    async keep({ path, ordinal, size }, body) {
      await forget(path)
      if (size <= room) {
        const bytes = await collect(body, size)
        room -= bytes.byteLength
        kept.set(path, { ordinal, bytes })
        return
      }
      const file = spoolDirectory === undefined ? undefined : await namelessFile(spoolDirectory)
      if (file === undefined) return
      let whole = false
      try {
        for await (const chunk of body) if (!(await append(file, chunk))) return
        whole = true
      } finally {
        if (!whole) await file.close()
      }
      kept.set(path, { ordinal, file, size })
    },
    take(ordinal, options) {
      for (const [path, each] of kept) {
        if (each.ordinal !== ordinal) continue
        if ('bytes' in each) return once(each.bytes.slice())
        kept.delete(path)
        return readOnce(each, options)
      }
      return undefined
    },
    async clear() {
      for (const path of kept.keys()) await forget(path)
    },
  }
}

export async function collect(chunks: AsyncIterable<Uint8Array>, size: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(size)
  let at = 0
  for await (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return at === size ? bytes : bytes.slice(0, at)
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes
}

async function* readOnce(
  { file, size }: { readonly file: FileHandle; readonly size: number },
  options: AbortOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* readBack(file, size, options)
  } finally {
    await file.close()
  }
}
