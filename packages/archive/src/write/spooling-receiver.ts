import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { DeliveryError, giveBackAfter, receiverErrors, type Receiver, type UnknownContent } from '@lading/content'
import { createHasher } from '@lading/digest/hash'
import type { FileSystem } from '@lading/content-store'
import type { Descriptor } from '@lading/manifest'
import { readHandle } from '../read/read-handle.ts'

/** Content that was spooled: its digest and size are known now. */
export interface Spooled {
  readonly descriptor: Descriptor
  /** Its bytes, once, each part at the start of what `memory` gives for it. */
  read(memory: () => Uint8Array): AsyncIterable<Uint8Array>
}

/**
 * Content of unknown digest: the header of a member needs its name and its size before its first byte, so it is written
 * to a file first. Where the system can do that the file has no name, so that nothing is left behind.
 *
 * @param enter takes it into the archive
 */
export async function spoolingReceiver(
  { mediaType, size }: UnknownContent,
  {
    fs,
    directory,
    enter,
  }: {
    readonly fs: FileSystem
    readonly directory: string
    readonly enter: (spooled: Spooled, options?: { readonly signal?: AbortSignal | undefined }) => Promise<void>
  },
): Promise<Receiver> {
  const path = join(directory, `lading-spool-${randomBytes(8).toString('hex')}`)
  const file = await fs.open(path, 'wx')
  const reader = await fs.open(path, 'r').catch(async (error: unknown) => {
    await file.close().catch(() => {})
    await fs.unlink(path).catch(() => false)
    throw error
  })
  let named = fs.traits?.replacesOpenFiles === false || !(await fs.unlink(path).catch(() => false))
  const { closed: closedError, wrongSize } = receiverErrors({ size })
  let hasher = createHasher()
  let offset = 0
  let closed = false
  let committed: Descriptor | undefined

  const assertOpen = (): void => {
    if (closed) throw closedError()
  }
  const discard = async (): Promise<void> => {
    if (closed) return
    closed = true
    await remove()
  }
  const remove = async (): Promise<void> => {
    await reader.close().catch(() => {})
    await file.close().catch(() => {})
    if (named) await fs.unlink(path).catch(() => false)
    named = false
  }

  return {
    get offset() {
      return offset
    },
    async begin({ start }) {
      assertOpen()
      if (start !== 0 && start !== offset) {
        throw new DeliveryError('RANGE_MISMATCH', `the answer starts at byte ${start}, but ${offset} bytes are here`, {
          expected: offset,
          actual: start,
          hint: "request the range from the receiver's offset, or everything",
        })
      }
      if (start === offset) return
      await file.truncate(0)
      hasher = createHasher()
      offset = 0
    },
    write(chunk, giveBack) {
      assertOpen()
      const at = offset
      if (size !== undefined && at + chunk.byteLength > size)
        throw wrongSize(at + chunk.byteLength, 'the source states a wrong size: further bytes are rejected')
      offset += chunk.byteLength
      const written = file.write(chunk, at)
      hasher.update(chunk)
      giveBackAfter(written, giveBack)
      return written
    },
    async commit(options = {}) {
      if (committed !== undefined) return committed
      assertOpen()
      options.signal?.throwIfAborted()
      if (size !== undefined && offset < size) throw wrongSize(offset, "continue from the receiver's offset")
      closed = true
      try {
        const descriptor = { mediaType, digest: hasher.digest(), size: offset }
        await enter(
          { descriptor, read: (memory) => readHandle(reader, { path, from: 0, to: offset }, { memory, ...options }) },
          options,
        )
        committed = descriptor
        return descriptor
      } finally {
        await remove()
      }
    },
    // Without a digest it cannot be resumed.
    close: discard,
    discard,
  }
}
