import { DeliveryError, giveBackAfter, receiverErrors, type Receiver, type UnknownContent } from '@lading/content'
import type { FileHandle } from '@lading/content-store'
import { algorithmOf, type Digest } from '@lading/digest'
import { createHasher, type Hasher } from '@lading/digest/hash'
import type { Descriptor } from '@lading/manifest'

/** A blob's file before it has its name. */
export interface GrowingFile {
  readonly path: string
  readonly file: FileHandle
  length: number
  hasher: Hasher
  validator?: string | undefined
  source?: string | undefined
}

/** The part of a delivery that a receiver uses. */
export interface GrowingFiles {
  /** What an earlier receiver of this blob left, to resume from. */
  take(digest: Digest): GrowingFile | undefined
  create(): Promise<GrowingFile>
  /** For another receiver. */
  leave(digest: Digest, growing: GrowingFile): void
  drop(growing: GrowingFile): Promise<void>
  /** The file is verified, and gets its name. */
  place(growing: GrowingFile, digest: Digest): Promise<void>
}

/** A blob while it is written to a layout. */
export function layoutReceiver(what: Descriptor | UnknownContent, files: GrowingFiles): Receiver {
  const { mediaType, size } = what
  const digest = 'digest' in what ? what.digest : undefined
  const algorithm = digest === undefined ? undefined : algorithmOf(digest)
  const { closed: closedError, wrongSize } = receiverErrors({ digest, size })
  let growing = digest === undefined ? undefined : files.take(digest)
  let pending: Promise<unknown> = Promise.resolve()
  let closed = false
  let committed: Descriptor | undefined

  const assertOpen = (): void => {
    if (closed) throw closedError()
  }
  const offset = (): number => growing?.length ?? 0
  const start = async (): Promise<GrowingFile> => {
    growing ??= await files.create()
    return growing
  }
  const end = async (keep: boolean): Promise<void> => {
    if (closed) return
    closed = true
    const sound = await pending.then(
      () => true,
      () => false,
    )
    if (growing === undefined) return
    if (keep && sound && digest !== undefined) files.leave(digest, growing)
    else await files.drop(growing)
  }

  return {
    get offset() {
      return offset()
    },
    get validator() {
      return growing?.validator
    },
    get source() {
      return growing?.source
    },
    async begin({ start: from, validator, source }) {
      assertOpen()
      if (from !== 0 && from !== offset()) {
        throw new DeliveryError('RANGE_MISMATCH', `the answer starts at byte ${from}, but ${offset()} bytes are here`, {
          digest,
          expected: offset(),
          actual: from,
          hint: "request the range from the receiver's offset, or everything",
        })
      }
      const it = await start()
      if (from === 0 && it.length > 0) {
        await pending
        await it.file.truncate(0)
        it.length = 0
      }
      if (it.length === 0) it.hasher = createHasher(algorithm)
      it.validator = validator
      it.source = source
      if (closed) await files.drop(it)
      assertOpen()
    },
    write(chunk, giveBack) {
      assertOpen()
      if (growing === undefined) throw new TypeError('call begin() before write()')
      const at = growing.length
      const length = at + chunk.byteLength
      if (size !== undefined && length > size)
        throw wrongSize(length, 'the descriptor or the source states a wrong size: further bytes are rejected')
      const written = growing.file.write(chunk, at)
      growing.hasher.update(chunk)
      giveBackAfter(written, giveBack)
      growing.length = length
      pending = Promise.all([pending, written])
      // A caller that does not wait for it gets the error from the commit.
      pending.catch(() => {})
      return written
    },
    async commit({ signal } = {}) {
      if (committed !== undefined) return committed
      assertOpen()
      signal?.throwIfAborted()
      const it = await start()
      await pending
      if (size !== undefined && it.length < size)
        throw wrongSize(it.length, "continue from the receiver's offset: what has arrived is kept")
      assertOpen()
      closed = true
      const actual = it.hasher.digest()
      if (digest !== undefined && actual !== digest) {
        await files.drop(it)
        throw new DeliveryError('DIGEST_MISMATCH', `the content of ${digest} has the digest ${actual}`, {
          digest,
          expected: digest,
          actual,
          hint: 'nothing was kept; fetch it again; if that fails too, its source sends wrong content',
        })
      }
      await files.place(it, actual)
      committed = { mediaType, digest: actual, size: it.length }
      return committed
    },
    close: () => end(true),
    discard: () => end(false),
  }
}
