import type { Digest } from '@lading/digest'
import { isLadingError, printable } from '@lading/errors'
import { ContentError } from './content-error.ts'
import type { FileHandle, FileSystem } from './file-system.ts'

export interface BlobFile {
  readonly fs: FileSystem
  readonly path: string
  readonly digest: Digest
}

/** A blob's file, open for reading. */
export interface OpenBlob {
  /** In bytes, when it was opened. */
  readonly size: number
  /** The bytes from there, as many as there are at once or fit into `memory`; none at the end. */
  read(position: number, memory?: Uint8Array): Promise<Uint8Array>
  close(): Promise<void>
}

/** Of one read, in bytes: a file that is sent costs a quarter less processor time than in reads of half the size, and no less in larger ones. */
export const chunkBytes: number = 512 * 1024
/** A file is asked so often, each time opened anew, before it is said that it cannot be read. */
const opens = 2

/**
 * Opens a blob's file. What the system reports once may pass (a network file system that was away, memory that was
 * short), so the file is opened a second time and read on from where the first time ended.
 *
 * @throws `CONTENT_UNKNOWN`, `CONTENT_DAMAGED` for what is no file, `CONTENT_UNREADABLE`; whatever else the system
 *   says (`PERMISSION`, `TOO_MANY_FILES`) as it is
 */
export async function openBlob(where: BlobFile): Promise<OpenBlob> {
  let handle: FileHandle | undefined
  let opened = 0
  const close = async (): Promise<void> => {
    const last = handle
    handle = undefined
    // Nothing was written that could be lost.
    await last?.close().catch(() => {})
  }
  const attempt = async <T>(use: (file: FileHandle) => Promise<T>, offset?: number): Promise<T> => {
    for (;;) {
      try {
        if (handle === undefined) {
          opened += 1
          handle = await openFile(where)
        }
        return await use(handle)
      } catch (error) {
        await close()
        if (!isLadingError(error, 'IO_ERROR')) throw error
        if (opened >= opens) throw await unreadable(where, { cause: error, offset })
      }
    }
  }

  const stat = await attempt((file) => file.stat())
  if (stat.kind !== 'file') {
    await close()
    throw damaged(where, { actual: 'not a file' })
  }
  return {
    size: stat.size,
    read: (position, memory) =>
      attempt(async (file) => {
        // Most blobs are small. A byte more than there should be is looked for at the end.
        const buffer = memory ?? new Uint8Array(Math.max(1, Math.min(chunkBytes, stat.size - position)))
        return buffer.subarray(0, await file.read(buffer, position))
      }, position),
    close,
  }
}

async function openFile(where: BlobFile): Promise<FileHandle> {
  const { fs, path, digest } = where
  try {
    return await fs.open(path, 'r')
  } catch (error) {
    if (isLadingError(error, 'NOT_FOUND'))
      throw new ContentError('CONTENT_UNKNOWN', `${digest} is not here`, {
        digest,
        path,
        cause: error,
        hint: 'pull the image that it belongs to',
      })
    if (isLadingError(error, 'NOT_A_FILE')) throw damaged(where, { actual: 'not a file', cause: error })
    throw error
  }
}

interface Reason {
  readonly expected?: string | undefined
  readonly actual?: string | undefined
  readonly offset?: number | undefined
  readonly cause?: unknown
}

/** What is there is not what its name says. It stays where it is until a good copy takes its place. */
export function damaged({ path, digest }: BlobFile, facts: Reason): ContentError {
  return new ContentError(
    'CONTENT_DAMAGED',
    `${digest} is damaged on disk${facts.actual === undefined ? '' : `: it is ${printable(facts.actual)}`}`,
    {
      digest,
      path,
      ...facts,
      hint: 'pull the image again: a good copy replaces it, and this one is kept aside',
    },
  )
}

/** The system does not give the bytes back, and nobody knows whether they are right. */
export async function unreadable(where: BlobFile, facts: Reason): Promise<ContentError> {
  const { fs, path, digest } = where
  // Of what is no file (a socket, say) systems report what they like.
  const found = await fs.stat(path).catch(() => undefined)
  if (found !== undefined && found.kind !== 'file') return damaged(where, { ...facts, actual: 'not a file' })
  const said = facts.cause instanceof Error ? facts.cause.message : 'two reads returned different bytes'
  return new ContentError('CONTENT_UNREADABLE', `${digest} cannot be read: ${printable(said)}`, {
    digest,
    path,
    ...facts,
    hint: 'nothing was changed: try again; if that does not help, check the system log, and pull the image again',
  })
}
