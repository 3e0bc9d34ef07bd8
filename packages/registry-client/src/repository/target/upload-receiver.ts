import { DeliveryError, type Receiver, type UnknownContent } from '@lading/content'
import type { Digest } from '@lading/digest'
import type { Descriptor } from '@lading/manifest'
import { giveUp, startOver, type OpenUpload } from './open-upload.ts'
import { createUploadSender } from './upload-sender.ts'

interface Options {
  readonly what: Descriptor | UnknownContent
  /** In bytes, of one request. Default: as long as the blob. */
  readonly chunkSize: number | undefined
  /** The blob is there. */
  readonly onCommit: (descriptor: Descriptor) => void
  /** The upload stays open at the registry. */
  readonly onKeep: (upload: OpenUpload) => void
}

/**
 * A blob on its way into a repository: what is written becomes the body of a request while it comes. The bytes that
 * would make it whole wait for `commit`, so that nobody is ever given the whole of something else.
 */
export function uploadReceiver(upload: OpenUpload, options: Options): Receiver {
  const { what, onCommit, onKeep } = options
  const { mediaType, size } = what
  const digest = 'digest' in what ? what.digest : undefined
  let current = upload
  let sender = createUploadSender(current, options)
  let position = upload.offset
  let closed = false
  let committed: Descriptor | undefined

  const assertOpen = (): void => {
    if (!closed) return
    throw new DeliveryError('RECEIVER_CLOSED', `the receiver of ${nameOf(digest)} is closed`, {
      digest,
      hint: 'ask the delivery for another one: it goes on where this one ended',
    })
  }
  const wrongSize = (actual: number, hint: string): DeliveryError =>
    new DeliveryError('SIZE_MISMATCH', `${nameOf(digest)} has ${actual} bytes instead of ${size}`, {
      digest,
      expected: size,
      actual,
      hint,
    })
  const throwAway = async (): Promise<void> => {
    closed = true
    await sender.abandon()
    await giveUp(current)
  }

  return {
    get offset() {
      return position
    },
    async begin({ start }) {
      assertOpen()
      if (start !== 0 && start !== position) {
        throw new DeliveryError('RANGE_MISMATCH', `the answer starts at byte ${start}, and ${position} were taken`, {
          digest,
          expected: position,
          actual: start,
          hint: "ask for the range from the receiver's offset, or for everything",
        })
      }
      if (start === position) return
      await sender.abandon()
      current = await startOver(current, {})
      sender = createUploadSender(current, options)
      position = 0
    },
    write(chunk) {
      assertOpen()
      sender.assertRunning()
      const end = position + chunk.byteLength
      if (size !== undefined && end > size)
        throw wrongSize(end, 'the descriptor or the source is wrong about the size: nothing beyond it is taken')
      if (chunk.byteLength === 0) return undefined
      current.hashed.add(position, chunk)
      position = end
      return sender.add(chunk)
    },
    async commit({ signal } = {}) {
      if (committed !== undefined) return committed
      assertOpen()
      signal?.throwIfAborted()
      sender.assertRunning()
      if (size !== undefined && position < size)
        throw wrongSize(position, "go on from the receiver's offset: what is there is kept")
      const actual = current.hashed.digest()
      if (digest !== undefined && actual !== digest) {
        await throwAway()
        throw new DeliveryError('DIGEST_MISMATCH', `what came as ${digest} is ${actual}`, {
          digest,
          expected: digest,
          actual,
          hint: 'nothing of it was kept; fetch it again, and if it stays like this its source is wrong',
        })
      }
      const descriptor = { mediaType, digest: actual, size: position }
      await sender.finish(descriptor, { signal })
      closed = true
      committed = descriptor
      onCommit(descriptor)
      return descriptor
    },
    async close() {
      if (closed) return
      closed = true
      await sender.abandon()
      onKeep(current)
    },
    async discard() {
      if (!closed) await throwAway()
    },
  }
}

const nameOf = (digest: Digest | undefined): string => digest ?? 'content of unknown digest'
