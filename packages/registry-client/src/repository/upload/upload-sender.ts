import type { AbortOptions } from '@lading/clock'
import type { GiveBack, UnknownContent } from '@lading/content'
import { isLadingError, type LadingError } from '@lading/errors'
import type { Descriptor } from '@lading/manifest'
import { RegistryError } from '../../errors/registry-error.ts'
import { finishUpload, sendChunk } from './upload-session.ts'
import type { OpenUpload } from './open-upload.ts'
import { createOwedChunks } from './owed-chunks.ts'
import { openSegment, type Segment } from './segment.ts'
import { createTail } from './tail.ts'

/** In bytes, of a part whose length is not known before it is complete: it is kept in memory. */
const unknownPart = 4 * 1024 * 1024

/** Turns bytes that come into requests of an upload. */
export interface UploadSender {
  /** Takes the next bytes. A returned promise asks for a pause; it does not reject. */
  add(bytes: Uint8Array, giveBack?: GiveBack): undefined | Promise<void>
  /** Goes off with what a request failed with. */
  readonly failed: AbortSignal
  /** Sends what waits, and ends the upload. */
  finish(descriptor: Descriptor, options: AbortOptions): Promise<void>
  /** Breaks off what is under way, and waits until it has ended. */
  abandon(): Promise<void>
}

export interface SenderOptions {
  readonly what: Descriptor | UnknownContent
  /** In bytes, of one request. Default: as long as the blob. */
  readonly chunkSize: number | undefined
  /** A request of `length` bytes was too large. `true`: the next attempt's are smaller. Default: nothing can be done. */
  readonly onTooLarge?: ((length: number, least: number) => boolean) | undefined
}

/**
 * Requests are as long as `chunkSize` says, or as the rest of the blob. The bytes that make a blob of known size whole
 * wait for `finish`. A whole blob in one request is a PUT (distribution-spec end-6), everything else PATCHes (end-5).
 */
export function createUploadSender(
  { site, session, offset }: OpenUpload,
  { what, chunkSize, onTooLarge }: SenderOptions,
): UploadSender {
  const { size } = what
  const known = 'digest' in what ? what : undefined
  const partLength = Math.max(
    chunkSize ?? (size === undefined ? unknownPart : Number.POSITIVE_INFINITY),
    session.chunkMinBytes,
  )
  const tail = createTail()
  const owed = createOwedChunks()
  let taken = offset
  let sent = offset
  let segment: Segment | undefined
  /** The one request that brings the blob and ends the upload. */
  let whole = false
  let sending: Promise<void> = Promise.resolve()
  const failing = new AbortController()
  let abandoned = false
  // What ends because it was given up is no failure, and must not stand before the reason for that.
  const fail = (error: unknown): void => {
    if (!abandoned) failing.abort(error)
  }
  const failAt =
    (length: number) =>
    (error: unknown): void => {
      const isTooLarge = isLadingError(error) && error.facts.status === 413
      fail(isTooLarge && onTooLarge?.(length, session.chunkMinBytes) === true ? tooLarge(error, length) : error)
    }

  function startSegment(length: number): Segment {
    const start = sent
    const end = start + length
    whole = start === 0 && length === size && chunkSize === undefined && known !== undefined
    return openSegment(
      length,
      (body, signal) =>
        whole && known !== undefined
          ? finishUpload(site, session, known, { body, onSent: owed.sent, signal })
          : sendChunk(site, session, { start, end, body, onSent: owed.sent }, { digest: known?.digest, signal }),
      failAt(length),
    )
  }
  async function send(bytes: Uint8Array): Promise<void> {
    for (let rest = bytes; rest.byteLength > 0;) {
      segment ??= startSegment(Math.min(partLength, size === undefined ? rest.byteLength : size - sent))
      const piece = rest.subarray(0, segment.left)
      rest = rest.subarray(piece.byteLength)
      sent += piece.byteLength
      await segment.write(piece)
      if (segment.left > 0 || whole) continue
      await segment.end()
      segment = undefined
    }
  }
  const enqueue = (bytes: Uint8Array): Promise<void> => (sending = sending.then(() => send(bytes)).catch(fail))
  const ready = (): Uint8Array => {
    if (size !== undefined) return tail.take(taken === size ? 0 : tail.length)
    return tail.take(tail.length - (tail.length % partLength))
  }
  const abandon = async (): Promise<void> => {
    abandoned = true
    await segment?.abandon()
    await sending
  }

  return {
    failed: failing.signal,
    add(bytes, giveBack) {
      owed.add(bytes, giveBack)
      taken += bytes.byteLength
      tail.add(bytes)
      const now = ready()
      return now.byteLength === 0 ? undefined : enqueue(now)
    },
    async finish(descriptor, { signal }) {
      const stop = (): void => void abandon()
      signal?.addEventListener('abort', stop)
      try {
        await enqueue(tail.take(tail.length))
        failing.signal.throwIfAborted()
        await segment?.end()
        if (!whole) await finishUpload(site, session, descriptor, { signal })
      } catch (error) {
        signal?.throwIfAborted()
        failing.signal.throwIfAborted()
        throw error
      } finally {
        signal?.removeEventListener('abort', stop)
      }
    },
    abandon,
  }
}

function tooLarge(cause: LadingError, length: number): RegistryError {
  return new RegistryError('UPLOAD_FAILED', `the registry rejects ${length} bytes in one request: ${cause.message}`, {
    ...cause.facts,
    cause,
    hint: 'try again: the next requests are smaller',
  })
}
