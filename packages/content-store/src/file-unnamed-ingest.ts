import { join } from 'node:path'
import type { Algorithm, Digest } from '@lading/digest'
import { createHasher } from '@lading/digest/hash'
import { ContentError } from './content-error.ts'
import type { FileSystem } from './file-system.ts'
import type { StoreLayout } from './layout.ts'
import { place } from './place.ts'
import type { UnnamedIngest } from './unnamed-ingest.ts'
import { writeBehind, type WriteBehind } from './write-behind.ts'
import { removeQuietly, temporaryPath } from './write-file-durably.ts'

interface Options {
  readonly fs: FileSystem
  readonly layout: StoreLayout
  readonly size: number | undefined
  readonly algorithm: Algorithm | undefined
}

/** A temporary file until its digest is known. */
export async function fileUnnamedIngest({ fs, layout, size, algorithm }: Options): Promise<UnnamedIngest> {
  await fs.mkdir(layout.staging, { recursive: true })
  const temp = temporaryPath(join(layout.staging, 'unnamed'))
  const handle = await fs.open(temp, 'wx')
  const writer = (): WriteBehind =>
    writeBehind(handle, 0, { grown: () => {}, checkpoint: async () => {}, every: Number.POSITIVE_INFINITY })
  let out = writer()
  let hasher = createHasher(algorithm)
  let offset = 0
  let closed = false
  let committed: { readonly digest: Digest; readonly size: number } | undefined
  let busy: Promise<unknown> = Promise.resolve()

  /** One of begin, commit and discard at a time. */
  const alone = <T>(run: () => Promise<T>): Promise<T> => {
    const next = busy.then(run)
    busy = next.catch(() => {})
    return next
  }
  const assertOpen = (): void => {
    if (!closed) return
    throw new ContentError('INGEST_CLOSED', 'the ingest of this content has ended', { hint: 'start another one' })
  }
  const wrongSize = (actual: number, hint: string): ContentError =>
    new ContentError('SIZE_MISMATCH', `the content has ${actual} bytes instead of ${size}`, {
      expected: size,
      actual,
      hint,
    })
  const throwAway = async (): Promise<void> => {
    closed = true
    await out.drain().catch(() => {})
    await handle.close().catch(() => {})
    await removeQuietly(fs, temp)
  }

  return {
    get offset() {
      return offset
    },
    begin: ({ start }) =>
      alone(async () => {
        assertOpen()
        if (start !== 0 && start !== offset) {
          throw new ContentError('RANGE_MISMATCH', `the answer starts at byte ${start}, and ${offset} bytes are here`, {
            expected: offset,
            actual: start,
            hint: "ask for the range from the ingest's offset, or for everything",
          })
        }
        if (start === offset) return
        await out.drain()
        await handle.truncate(0)
        hasher = createHasher(algorithm)
        offset = 0
        out = writer()
      }),
    write(chunk) {
      assertOpen()
      const length = offset + chunk.length
      if (size !== undefined && length > size)
        throw wrongSize(length, 'whoever said the size, or the source, is wrong: nothing beyond it is taken')
      if (chunk.length === 0) return undefined
      const wait = out.push(chunk)
      hasher.update(chunk)
      offset = length
      return wait
    },
    commit: ({ signal } = {}) =>
      alone(async () => {
        if (committed !== undefined) return committed
        assertOpen()
        signal?.throwIfAborted()
        await out.drain()
        if (size !== undefined && offset < size) throw wrongSize(offset, "go on from the ingest's offset")
        closed = true
        try {
          await handle.sync()
          await handle.close()
          const digest = hasher.digest()
          await place(fs, layout.trash, temp, layout.blob(digest), { size: offset })
          committed = { digest, size: offset }
          return committed
        } catch (error) {
          await throwAway()
          throw error
        }
      }),
    discard: () =>
      alone(async () => {
        if (!closed) await throwAway()
      }),
  }
}
