import { join } from 'node:path'
import type { Algorithm, Digest } from '@lading/digest'
import type { FileSystem } from './file-system.ts'
import type { StoreLayout } from './layout.ts'
import { oneAtATime } from './one-at-a-time.ts'
import { place } from './place.ts'
import { receiveBytes } from './received-bytes.ts'
import { unnamedErrors } from './unnamed-errors.ts'
import type { UnnamedIngest } from './unnamed-ingest.ts'
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
  /** Of begin, commit and discard. */
  const alone = oneAtATime()
  let closed = false
  let committed: { readonly digest: Digest; readonly size: number } | undefined

  const errors = unnamedErrors(size)
  const assertOpen = (): void => {
    if (closed) throw errors.ended()
  }
  const bytes = receiveBytes(handle, { algorithm, size, refuse: errors })
  const close = (): void => {
    closed = true
    bytes.seal()
  }
  const throwAway = async (): Promise<void> => {
    close()
    await bytes.drain().catch(() => {})
    await handle.close().catch(() => {})
    await removeQuietly(fs, temp)
  }

  return {
    get offset() {
      return bytes.offset
    },
    begin: ({ start }) =>
      alone(async () => {
        assertOpen()
        const { offset } = bytes
        if (start !== 0 && start !== offset) throw errors.startsElsewhere(start, offset)
        if (start !== offset) await bytes.startOver()
      }),
    write: bytes.write,
    commit: ({ signal } = {}) =>
      alone(async () => {
        if (committed !== undefined) return committed
        assertOpen()
        signal?.throwIfAborted()
        await bytes.drain()
        const { offset } = bytes
        if (size !== undefined && offset < size) throw errors.tooShort(offset)
        close()
        try {
          await handle.sync()
          await handle.close()
          const digest = bytes.digest()
          await place(fs, layout, temp, layout.blob(digest), { size: offset })
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
