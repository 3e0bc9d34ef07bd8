import { orAbort, type AbortOptions } from '@lading/clock'
import type { Digest } from '@lading/digest'
import { isLadingError } from '@lading/errors'
import { arrivingErrors, type Arriving, type ByteRange } from './arriving.ts'
import type { FileHandle, FileSystem } from './file-system.ts'
import { growthState, type FileGrowth } from './growth.ts'
import type { GrowthWriter } from './growth-cells.ts'
import { ingestLayoutOf, type StoreLayout } from './layout.ts'
import type { ProcessTable } from './process-table.ts'
import { readAnothersFile } from './read-anothers-file.ts'

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

// The same of blobs that are in memory: how they are brought to where they can be read.
const inMemory = new Map<string, () => Promise<void>>()

/** Lets others of this process read what is in memory, by bringing it into a file, until the function that comes back is called. */
export function announceInMemory(key: string, toDisk: () => Promise<void>): () => void {
  inMemory.set(key, toDisk)
  return () => {
    if (inMemory.get(key) === toDisk) inMemory.delete(key)
  }
}

export function growingFiles({
  fs,
  layout,
  processes,
}: {
  readonly fs: FileSystem
  readonly layout: Pick<StoreLayout, 'ingest' | 'blob'>
  readonly processes: ProcessTable
}): Arriving {
  return {
    read(digest, range, options) {
      const key = layout.ingest(digest)
      const writer = underWay.get(key)
      const how = { ...range, ...options }
      if (writer !== undefined) return readGrowingFile(fs, { digest, writer, generation: writer.generation }, how)
      // Looked for as soon as it is there: its ingest may be over when this reader reads first.
      const brought = inMemory
        .get(key)?.()
        .then(() => underWay.get(key))
      if (brought === undefined) {
        const files = ingestLayoutOf(key)
        const isElsewhere = (): boolean => (underWay.get(key)?.growth.path ?? files.data) !== files.data
        return readAnothersFile(fs, { digest, files, target: layout.blob(digest), processes, isElsewhere }, how)
      }
      return readBrought(fs, digest, brought, how)
    },
  }
}

async function* readBrought(
  fs: FileSystem,
  digest: Digest,
  brought: Promise<GrowthWriter | undefined>,
  range: ByteRange & AbortOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const writer = await orAbort(brought, range)
  if (writer === undefined) throw arrivingErrors.ended(digest)
  yield* readGrowingFile(fs, { digest, writer, generation: writer.generation }, range)
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
