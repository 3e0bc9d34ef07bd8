import { DeliveryError, giveBackAfter, receiverErrors, type Receiver } from '@lading/content'
import type { Descriptor } from '@lading/manifest'
import type { BlobMembers, OpenMember } from './blob-members.ts'
import type { MemberWriter } from './member-writer.ts'

/**
 * A blob while it is written to an archive, as its bytes arrive. Where they cannot be removed again, a source that
 * sends everything again is hashed and not written: it is the same blob, or its digest will be wrong.
 *
 * @param options.leave lets the next blob begin
 */
export function blobReceiver(
  blob: Descriptor,
  { out, members, leave }: { readonly out: MemberWriter; readonly members: BlobMembers; readonly leave: () => void },
): Receiver {
  const { mediaType, digest, size } = blob
  const { closed: closedError, wrongSize } = receiverErrors(blob)
  /** Of this blob, as it was left. */
  let member: OpenMember | undefined =
    members.open?.digest === digest && members.open.size === size ? members.open : undefined
  /** Bytes that were written already, and are sent again. */
  let heard = member?.discarded === true ? member.length : 0
  let closed = false
  let committed: Descriptor | undefined
  delete member?.discarded

  const assertOpen = (): void => {
    if (closed) throw closedError()
  }
  const offset = (): number => (member?.length ?? 0) - heard
  const end = (): void => {
    closed = true
    leave()
  }

  return {
    get offset() {
      return offset()
    },
    get validator() {
      return heard === 0 ? member?.validator : undefined
    },
    get source() {
      return heard === 0 ? member?.source : undefined
    },
    async begin({ start, validator, source }) {
      assertOpen()
      if (start !== 0 && start !== offset()) {
        throw new DeliveryError(
          'RANGE_MISMATCH',
          `the answer starts at byte ${start}, but ${offset()} bytes are here`,
          {
            digest,
            expected: offset(),
            actual: start,
            hint: "request the range from the receiver's offset, or everything",
          },
        )
      }
      if (start === 0 && member !== undefined) {
        if (out.rewinds) await members.restart()
        else heard = member.length
      }
      member = await members.enter(blob)
      assertOpen()
      member.validator = validator
      member.source = source
    },
    write(chunk, giveBack) {
      assertOpen()
      if (member === undefined) throw new TypeError('call begin() before write()')
      const fresh = chunk.subarray(Math.min(heard, chunk.byteLength))
      const length = member.length + fresh.byteLength
      if (length > size)
        throw wrongSize(length, 'the descriptor or the source states a wrong size: further bytes are rejected')
      heard -= chunk.byteLength - fresh.byteLength
      // The disk is at work while the bytes are hashed.
      const taken = out.write(fresh)
      member.hasher.update(fresh)
      if (out.givesBack === true) giveBackAfter(taken, giveBack)
      member.length = length
      return taken
    },
    async commit({ signal } = {}) {
      if (committed !== undefined) return committed
      assertOpen()
      signal?.throwIfAborted()
      member ??= await members.enter(blob)
      if (offset() < size) throw wrongSize(offset(), "continue from the receiver's offset: what has arrived is kept")
      try {
        await members.complete()
      } finally {
        end()
      }
      committed = { mediaType, digest, size }
      return committed
    },
    async close() {
      if (closed) return
      closed = true
      await out.drain().catch(() => {})
      leave()
    },
    async discard() {
      if (closed) return
      closed = true
      try {
        // A receiver that never began has nothing to discard, and the open member belongs to another one.
        if (member !== undefined) await members.discard()
      } finally {
        leave()
      }
    },
  }
}
