import type { AbortOptions } from '@lading/clock'
import { DeliveryError, type Receiver, type UnknownContent } from '@lading/content'
import type { Digest } from '@lading/digest'
import type { Descriptor } from '@lading/manifest'
import { finishUpload, sendChunk } from '../upload/upload-session.ts'
import { giveUp, startOver, type OpenUpload } from './open-upload.ts'
import { openSegment, type Segment } from './segment.ts'
import { createTail } from './tail.ts'

/** In bytes, of a part whose length is not known before it is complete: it is kept in memory. */
const unknownPart = 4 * 1024 * 1024

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
export function uploadReceiver(upload: OpenUpload, { what, chunkSize, onCommit, onKeep }: Options): Receiver {
  const { mediaType, size } = what
  const digest = 'digest' in what ? what.digest : undefined
  let current = upload
  /** Of the bytes that were taken. */
  let position = upload.offset
  /** Of the bytes that were given to requests. */
  let sent = upload.offset
  let segment: Segment | undefined
  /** The one request that brings the blob and ends the upload. */
  let whole = false
  let tail = createTail()
  let sending: Promise<void> = Promise.resolve()
  let failure: { readonly error: unknown } | undefined
  let state: 'open' | 'closed' | 'committed' = 'open'
  let committed: Descriptor | undefined

  const assertOpen = (): void => {
    if (state === 'open') return
    throw new DeliveryError('RECEIVER_CLOSED', `the receiver of ${nameOf(digest)} is closed`, {
      digest,
      hint: 'ask the delivery for another one: it goes on where this one ended',
    })
  }
  const assertRunning = (): void => {
    const failed = failure ?? segment?.failure
    if (failed !== undefined) throw failed.error
  }
  const wrongSize = (actual: number, hint: string): DeliveryError =>
    new DeliveryError('SIZE_MISMATCH', `${nameOf(digest)} has ${actual} bytes instead of ${size}`, {
      digest,
      expected: size,
      actual,
      hint,
    })

  /** In bytes, of one request at most. */
  const partLength = (): number =>
    Math.max(chunkSize ?? (size === undefined ? unknownPart : Number.POSITIVE_INFINITY), current.session.chunkMinBytes)

  /** The next request, for so many bytes. */
  function startSegment(length: number): Segment {
    const { site, session } = current
    const start = sent
    whole = start === 0 && length === size && chunkSize === undefined && 'digest' in what
    return openSegment(length, (body, signal) =>
      whole && 'digest' in what
        ? finishUpload(site, session, what, { body, signal })
        : sendChunk(site, session, { start, end: start + length, body }, { digest, signal }),
    )
  }
  async function send(bytes: Uint8Array): Promise<void> {
    for (let rest = bytes; rest.byteLength > 0;) {
      segment ??= startSegment(Math.min(partLength(), size === undefined ? rest.byteLength : size - sent))
      const piece = rest.subarray(0, segment.left)
      rest = rest.subarray(piece.byteLength)
      sent += piece.byteLength
      await segment.write(piece)
      if (segment.left > 0 || whole) continue
      await segment.end()
      segment = undefined
    }
  }
  /** Its failure is thrown by the next write, or by the commit. */
  const enqueue = (bytes: Uint8Array): Promise<void> =>
    (sending = sending
      .then(() => send(bytes))
      .catch((error: unknown) => {
        failure ??= { error }
      }))
  /** What is sent now; the end of the blob waits. */
  const ready = (): Uint8Array => {
    if (size !== undefined) return tail.take(position === size ? 0 : tail.length)
    return tail.take(tail.length - (tail.length % partLength()))
  }
  const abandon = async (): Promise<void> => {
    state = state === 'committed' ? state : 'closed'
    await segment?.abandon()
    await sending
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
      await segment?.abandon()
      await sending
      segment = undefined
      current = await startOver(current, {})
      tail = createTail()
      failure = undefined
      position = 0
      sent = 0
    },
    write(chunk) {
      assertOpen()
      assertRunning()
      const end = position + chunk.byteLength
      if (size !== undefined && end > size)
        throw wrongSize(end, 'the descriptor or the source is wrong about the size: nothing beyond it is taken')
      if (chunk.byteLength === 0) return undefined
      current.hashed.add(position, chunk)
      position = end
      tail.add(chunk)
      const bytes = ready()
      return bytes.byteLength === 0 ? undefined : enqueue(bytes)
    },
    async commit(options = {}) {
      if (committed !== undefined) return committed
      assertOpen()
      options.signal?.throwIfAborted()
      assertRunning()
      if (size !== undefined && position < size)
        throw wrongSize(position, "go on from the receiver's offset: what is there is kept")
      const actual = current.hashed.digest()
      if (digest !== undefined && actual !== digest) {
        await abandon()
        await giveUp(current)
        throw new DeliveryError('DIGEST_MISMATCH', `what came as ${digest} is ${actual}`, {
          digest,
          expected: digest,
          actual,
          hint: 'nothing of it was kept; fetch it again, and if it stays like this its source is wrong',
        })
      }
      committed = await finish({ mediaType, digest: actual, size: position }, options)
      state = 'committed'
      onCommit(committed)
      return committed
    },
    async close() {
      if (state !== 'open') return
      await abandon()
      onKeep(current)
    },
    async discard() {
      if (state !== 'open') return
      await abandon()
      await giveUp(current)
    },
  }

  async function finish(descriptor: Descriptor, { signal }: AbortOptions): Promise<Descriptor> {
    await enqueue(tail.take(tail.length))
    assertRunning()
    await segment?.end()
    if (!whole) await finishUpload(current.site, current.session, descriptor, { signal })
    return descriptor
  }
}

const nameOf = (digest: Digest | undefined): string => digest ?? 'content of unknown digest'
