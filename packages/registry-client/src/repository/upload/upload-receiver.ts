import { DeliveryError, receiverErrors, type Receiver, type UnknownContent } from '@lading/content'
import type { Digest } from '@lading/digest'
import { isLadingError, type LadingError } from '@lading/errors'
import type { Descriptor } from '@lading/manifest'
import { RegistryError } from '../../errors/registry-error.ts'
import { giveUp, startOver, type OpenUpload } from './open-upload.ts'
import { createUploadSender, type SenderOptions } from './upload-sender.ts'

interface Options {
  readonly what: Descriptor | UnknownContent
  /** In bytes, of one request. Default: as long as the blob. */
  readonly chunkSize: number | undefined
  /** The blob is there. */
  readonly onCommit?: ((descriptor: Descriptor) => void) | undefined
  /** It was closed, and the upload stays open at the registry. Default: it is cancelled there. */
  readonly onKeep?: ((upload: OpenUpload) => Promise<void> | void) | undefined
  /** As `SenderOptions`. */
  readonly onTooLarge?: SenderOptions['onTooLarge']
}

/**
 * A blob on its way into a repository: what is written becomes the body of a request while it comes. The bytes that
 * would make it whole wait for `commit`, so that nobody is ever given the whole of something else.
 */
export function uploadReceiver(upload: OpenUpload, options: Options): Receiver {
  const { what, onCommit, onKeep = giveUp } = options
  const { mediaType, size } = what
  const digest = 'digest' in what ? what.digest : undefined
  let current = upload
  let sender = createUploadSender(current, options)
  let position = upload.offset
  let closed = false
  let committed: Descriptor | undefined

  const { closed: closedError, wrongSize } = receiverErrors({ digest, size })
  const assertOpen = (): void => {
    if (closed) throw closedError()
  }
  const throwAway = async (): Promise<void> => {
    closed = true
    await sender.abandon()
    await giveUp(current)
  }

  return {
    get offset() {
      return position
    },
    get failed() {
      return sender.failed
    },
    async begin({ start }) {
      assertOpen()
      if (start !== 0 && start !== position) {
        throw new DeliveryError('RANGE_MISMATCH', `the answer starts at byte ${start}, and ${position} were taken`, {
          digest,
          expected: position,
          actual: start,
          hint: "request the range from the receiver's offset, or everything",
        })
      }
      if (start === position) return
      await sender.abandon()
      current = await startOver(current, {})
      sender = createUploadSender(current, options)
      position = 0
    },
    write(chunk, giveBack) {
      assertOpen()
      sender.failed.throwIfAborted()
      const end = position + chunk.byteLength
      if (size !== undefined && end > size)
        throw wrongSize(end, 'the descriptor or the source states a wrong size: further bytes are rejected')
      if (chunk.byteLength === 0) return undefined
      current.hashed.add(position, chunk)
      position = end
      return sender.add(chunk, giveBack)
    },
    async commit({ signal } = {}) {
      if (committed !== undefined) return committed
      assertOpen()
      signal?.throwIfAborted()
      sender.failed.throwIfAborted()
      if (size !== undefined && position < size)
        throw wrongSize(position, "continue from the receiver's offset: what has arrived is kept")
      const actual = current.hashed.digest()
      if (digest !== undefined && actual !== digest) {
        await throwAway()
        throw new DeliveryError('DIGEST_MISMATCH', `the content of ${digest} has the digest ${actual}`, {
          digest,
          expected: digest,
          actual,
          hint: 'nothing was kept; fetch it again; if that fails too, the source has wrong content',
        })
      }
      const descriptor = { mediaType, digest: actual, size: position }
      try {
        await sender.finish(descriptor, { signal })
      } catch (error) {
        if (!isLadingError(error, 'DIGEST_INVALID')) throw error
        // What was sent had the right digest: what is in this upload is of no use.
        await throwAway()
        throw current.offset > 0 ? miscounted(error, actual) : error
      }
      closed = true
      committed = descriptor
      onCommit?.(descriptor)
      return descriptor
    },
    async close() {
      if (closed) return
      closed = true
      const brokenOff = !sender.failed.aborted
      await sender.abandon()
      await onKeep({ ...current, brokenOff, miscounts: current.offset > 0 && isOutOfPlace(sender.failed.reason) })
    },
    async discard() {
      if (!closed) await throwAway()
    },
  }
}

/** What registries say of bytes that they do not expect next. */
const isOutOfPlace = (error: unknown): boolean =>
  isLadingError(error) &&
  (error.facts.status === 416 || error.code === 'RANGE_INVALID' || error.code === 'UPLOAD_INVALID')

function miscounted(cause: LadingError, digest: Digest): RegistryError {
  const { host, status } = cause.facts
  return new RegistryError(
    'UPLOAD_FAILED',
    `the registry kept other bytes of ${digest} than it said: ${cause.message}`,
    {
      host,
      status,
      digest,
      cause,
      hint: 'try again: the upload starts from the beginning',
    },
  )
}
