import type { AbortOptions } from '@lading/clock'
import { algorithmOf, type Digest } from '@lading/digest'
import { createHasher } from '@lading/digest/hash'
import { isLadingError, printable } from '@lading/errors'
import { ContentError } from './content-error.ts'
import type { FileHandle, FileSystem } from './file-system.ts'
import { moveInto } from './place.ts'

export interface BlobFile {
  readonly fs: FileSystem
  readonly path: string
  /** Where damaged blobs go. */
  readonly quarantine: string
  readonly digest: Digest
}

const chunkBytes = 256 * 1024

/** The blob in chunks, and at the end the certainty that they were right. `size` undefined: as long as the file is. */
export async function* readVerified(
  where: BlobFile,
  size: number | undefined,
  options: AbortOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const { digest } = where
  const handle = await openBlobFile(where)
  try {
    const hasher = createHasher(algorithmOf(digest))
    const there = (await handle.stat()).size
    // A wrong size is the file's fault or the caller's; only the digest of all of it can tell, and nothing is handed out.
    const handOut = size === undefined || size === there
    let at = 0
    for (;;) {
      options.signal?.throwIfAborted()
      const chunk = await readChunk(where, handle, at)
      if (chunk.length === 0) break
      hasher.update(chunk)
      at += chunk.length
      if (handOut) yield chunk
    }
    const actual = hasher.digest()
    if (actual !== digest) throw await damaged(where, handle, { expected: digest, actual })
    if (!handOut) {
      throw new ContentError('SIZE_MISMATCH', `${digest} has ${there} bytes, not the ${size} that were asked for`, {
        digest,
        path: where.path,
        expected: size,
        actual: there,
        hint: 'the descriptor is wrong about the size; the blob itself is good',
      })
    }
  } finally {
    await handle.close()
  }
}

export async function openBlobFile(where: BlobFile): Promise<FileHandle> {
  const { fs, path, digest } = where
  let handle: FileHandle
  try {
    handle = await fs.open(path, 'r')
  } catch (error) {
    if (isLadingError(error, 'NOT_FOUND'))
      throw new ContentError('CONTENT_UNKNOWN', `${digest} is not here`, {
        digest,
        path,
        cause: error,
        hint: 'pull the image that it belongs to',
      })
    if (isLadingError(error, 'NOT_A_FILE') || isLadingError(error, 'IO_ERROR'))
      throw await damaged(where, undefined, { cause: error })
    throw error
  }
  try {
    if ((await handle.stat()).kind !== 'file') throw await damaged(where, handle, { actual: 'not a file' })
    return handle
  } catch (error) {
    await handle.close().catch(() => {})
    throw error
  }
}

export async function readChunk(where: BlobFile, handle: FileHandle, position: number): Promise<Uint8Array> {
  const buffer = new Uint8Array(chunkBytes)
  try {
    return buffer.subarray(0, await handle.read(buffer, position))
  } catch (error) {
    // A disk that cannot give the bytes back has lost them. Any other refusal says nothing about the blob.
    if (!isLadingError(error, 'IO_ERROR')) throw error
    throw await damaged(where, handle, { cause: error, offset: position })
  }
}

/** Moves the blob aside, so that the next pull fetches it again, and says so. */
export async function damaged(
  where: BlobFile,
  handle: FileHandle | undefined,
  facts: { readonly expected?: string; readonly actual?: string; readonly offset?: number; readonly cause?: unknown },
): Promise<ContentError> {
  const { fs, quarantine, path, digest } = where
  let movedTo: string | undefined
  try {
    // Not if somebody has put a good one there in the meantime.
    const same = handle === undefined || (await handle.stat()).inode === (await fs.stat(path))?.inode
    if (same) movedTo = await moveInto(fs, quarantine, path)
  } catch {
    // A read-only store: it stays where it is, and is still not handed out.
  }
  return new ContentError(
    'CONTENT_DAMAGED',
    `${digest} is damaged on disk${facts.actual === undefined ? '' : `: it is ${printable(facts.actual)}`}`,
    {
      digest,
      path: movedTo ?? path,
      ...facts,
      hint:
        movedTo === undefined ? 'remove the file and pull again' : 'it was moved aside: pull again to fetch it anew',
    },
  )
}
