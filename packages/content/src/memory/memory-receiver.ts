import { receiverErrors } from '../receiver-errors.ts'
import { algorithmOf, type Digest } from '@lading/digest'
import { createHasher } from '@lading/digest/hash'
import type { Descriptor } from '@lading/manifest'
import { DeliveryError } from '../delivery-error.ts'
import type { Receiver } from '../receiver.ts'
import type { UnknownContent } from '../target.ts'
import type { Partial, Shelves } from './shelves.ts'

/** A blob on its way into a memory. It goes on where an interrupted one of the same digest ended. */
export function memoryReceiver(
  shelves: Shelves,
  what: Descriptor | UnknownContent,
  onCommit: (digest: Digest) => void,
): Receiver {
  const { mediaType, size } = what
  const digest = 'digest' in what ? what.digest : undefined
  let state: Partial = takePartial(shelves, digest) ?? nothing(digest)
  let closed = false
  let committed: Descriptor | undefined

  const { closed: closedError, wrongSize } = receiverErrors({ digest, size })
  const assertOpen = (): void => {
    if (closed) throw closedError()
  }

  return {
    get offset() {
      return state.length
    },
    get validator() {
      return state.validator
    },
    begin({ start, validator }) {
      assertOpen()
      if (start !== 0 && start !== state.length) {
        throw new DeliveryError('RANGE_MISMATCH', `the answer starts at byte ${start}, and ${state.length} are here`, {
          digest,
          expected: state.length,
          actual: start,
          hint: "request the range from the receiver's offset, or everything",
        })
      }
      if (start === 0) state = nothing(digest)
      state.validator = validator
    },
    write(chunk) {
      assertOpen()
      const length = state.length + chunk.byteLength
      if (size !== undefined && length > size)
        throw wrongSize(length, 'the descriptor or the source states a wrong size: further bytes are rejected')
      state.hasher.update(chunk)
      state.chunks.push(chunk)
      state.length = length
    },
    async commit({ signal } = {}) {
      if (committed !== undefined) return committed
      assertOpen()
      signal?.throwIfAborted()
      if (size !== undefined && state.length < size)
        throw wrongSize(state.length, "continue from the receiver's offset: what has arrived is kept")
      closed = true
      const actual = state.hasher.digest()
      if (digest !== undefined && actual !== digest) {
        throw new DeliveryError('DIGEST_MISMATCH', `the content of ${digest} has the digest ${actual}`, {
          digest,
          expected: digest,
          actual,
          hint: 'nothing was kept; fetch it again; if that fails too, its source sends wrong content',
        })
      }
      shelves.blobs.set(actual, joined(state))
      onCommit(actual)
      committed = { mediaType, digest: actual, size: state.length }
      return committed
    },
    async close() {
      if (closed) return
      closed = true
      if (digest !== undefined && state.length > (shelves.partials.get(digest)?.length ?? 0))
        shelves.partials.set(digest, state)
    },
    async discard() {
      closed = true
    },
  }
}

function nothing(digest: Digest | undefined): Partial {
  const hasher = createHasher(digest === undefined ? undefined : algorithmOf(digest))
  return { chunks: [], length: 0, hasher, validator: undefined }
}

function takePartial({ partials }: Shelves, digest: Digest | undefined): Partial | undefined {
  if (digest === undefined) return undefined
  const partial = partials.get(digest)
  partials.delete(digest)
  return partial
}

function joined({ chunks, length }: Partial): Uint8Array {
  const bytes = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.byteLength
  }
  return bytes
}
