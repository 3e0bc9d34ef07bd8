import { randomUUID } from 'node:crypto'
import type { Algorithm } from '@lading/digest'
import type { Receiver, Storage } from './storage.ts'

/** An upload session: bytes that arrived in order. */
export interface Upload {
  readonly id: string
  readonly repository: string
  readonly receiver: Receiver
  /** Counts the requests that brought bytes. Only the last one may go on: an earlier one is a connection that died unnoticed. */
  turn: number
  /** The write under way. */
  writing: Promise<void> | void
  /** By the registry's clock. */
  usedAt: number
  /** There was a chunk that only the last one may be. */
  hasLast: boolean
}

export interface Uploads {
  /** `undefined`: there are too many. */
  open(repository: string, algorithm: Algorithm): Upload | undefined
  /** Only in its own repository, and not when it was left alone for too long. */
  find(repository: string, id: string): Upload | undefined
  close(id: string): Promise<void>
  /** Those of a repository that are open, by their ids. */
  at(repository: string): readonly string[]
  /** Ends the session without throwing its bytes away: they are a blob now. */
  done(id: string): void
}

export interface UploadsOptions {
  readonly now: () => number
  /** A session that nobody used for so long is gone. */
  readonly expiresInMs: number
  readonly most: number
}

export function createUploads(storage: Storage, { now, expiresInMs, most }: UploadsOptions): Uploads {
  const open = new Map<string, Upload>()
  const isStale = ({ usedAt }: Upload): boolean => now() - usedAt >= expiresInMs
  const close = async (id: string): Promise<void> => {
    const upload = open.get(id)
    open.delete(id)
    if (upload === undefined) return
    upload.turn += 1
    await Promise.resolve(upload.writing).catch(() => {})
    await upload.receiver.discard()
  }
  const sweep = (): void => {
    for (const upload of open.values()) if (isStale(upload)) close(upload.id).catch(() => {})
  }
  return {
    open(repository, algorithm) {
      sweep()
      if (open.size >= most) return undefined
      const upload: Upload = {
        id: randomUUID(),
        repository,
        receiver: storage.receive(algorithm),
        turn: 0,
        writing: undefined,
        usedAt: now(),
        hasLast: false,
      }
      open.set(upload.id, upload)
      return upload
    },
    find(repository, id) {
      sweep()
      const upload = open.get(id)
      if (upload?.repository !== repository) return undefined
      upload.usedAt = now()
      return upload
    },
    close,
    at(repository) {
      sweep()
      return [...open.values()].filter((upload) => upload.repository === repository).map(({ id }) => id)
    },
    done: (id) => void open.delete(id),
  }
}
