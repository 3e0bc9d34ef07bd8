import { orAbort, type AbortOptions } from '@lading/clock'
import type { Digest } from '@lading/digest'
import { isLadingError } from '@lading/errors'
import { arrivingErrors, type Arriving, type ByteRange } from './arriving.ts'
import type { FileHandle, FileSystem } from './file-system.ts'
import { growthState, type FileGrowth } from './growth.ts'
import type { GrowthWriter } from './growth-cells.ts'

/** In bytes: what each reader has in memory. */
const pieceBytes = 128 * 1024

// By the path of the ingest: two stores opened on one root in one process know of each other's.
const underWay = new Map<string, GrowthWriter>()

/** Lets others of this process read the file while it grows, until the function that comes back is called. */
export function announceGrowth(key: string, writer: GrowthWriter): () => void {
  underWay.set(key, writer)
  return () => {
    if (underWay.get(key) === writer) underWay.delete(key)
  }
}

/** @param keyOf the path of a blob's ingest */
export function growingFiles(fs: FileSystem, keyOf: (digest: Digest) => string): Arriving {
  return {
    read(digest, range, options) {
      const writer = underWay.get(keyOf(digest))
      if (writer === undefined) throw arrivingErrors.unknown(digest)
      return readGrowingFile(fs, { digest, writer, generation: writer.generation }, { ...range, ...options })
    },
  }
}

/** By the rule of `FileGrowth`: bytes count when the generation is the same before and after the read. */
async function* readGrowingFile(
  fs: FileSystem,
  {
    digest,
    writer,
    generation,
  }: { readonly digest: Digest; readonly writer: GrowthWriter; readonly generation: bigint },
  { start, end, signal }: ByteRange & AbortOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const assertGoesOn = (): void => {
    if (writer.state === growthState.failed || writer.generation !== generation) throw arrivingErrors.ended(digest)
  }
  let file: FileHandle | undefined
  try {
    for (let at = start; at < end;) {
      signal?.throwIfAborted()
      // The state first: what is verified does not grow any more.
      const { state } = writer
      assertGoesOn()
      const { length } = writer
      if (at >= length) {
        if (state === growthState.verified) throw arrivingErrors.tooShort(digest, end, length)
        await orAbort(writer.changed(), { signal })
        continue
      }
      file ??= await openGrowing(fs, digest, writer.growth)
      const piece = new Uint8Array(Math.min(pieceBytes, end - at, length - at))
      const count = await file.read(piece, at)
      assertGoesOn()
      if (count === 0) throw arrivingErrors.ended(digest)
      at += count
      yield piece.subarray(0, count)
    }
  } finally {
    // Nothing was written that could be lost.
    await file?.close().catch(() => {})
  }
}

async function openGrowing(fs: FileSystem, digest: Digest, { path, finalPath }: FileGrowth): Promise<FileHandle> {
  for (const each of [path, finalPath]) {
    try {
      return await fs.open(each, 'r')
    } catch (error) {
      if (!isLadingError(error, 'NOT_FOUND')) throw error
    }
  }
  throw arrivingErrors.ended(digest)
}
