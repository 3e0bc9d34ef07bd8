import type { Delivery, Origin, Receiver, Source } from '@lading/content'
import { isLadingError } from '@lading/errors'
import type { Descriptor } from '@lading/manifest'
import type { RetryEvent, Work } from '@lading/transfer'
import { retryBlob, retryUpload, unwrapSinkError } from '../retry-policy.ts'

/** In bytes. Less is no progress: a target that takes a byte at a time would have everything sent again each time. */
const leastProgress = 64 * 1024
/** How often the count of bytes is told. */
const tellEveryMs = 100

export type BlobProgress =
  | { readonly phase: 'waiting' }
  | { readonly phase: 'resume'; readonly offset: number }
  | { readonly phase: 'sending'; readonly current: number }
  | { readonly phase: 'retry'; readonly event: RetryEvent }

/** `here`: the target had it. */
export interface BlobOutcome {
  readonly outcome: 'sent' | 'here' | 'mounted'
  readonly from?: Origin | undefined
}

export interface BlobCopy {
  readonly source: Source
  readonly delivery: Pick<Delivery, 'receive'>
  /** Where the target may take it from. */
  readonly mount: readonly Origin[]
  /** Before its bytes are sent, once. */
  readonly onStart: () => void | Promise<void>
}

/**
 * One blob from a source to a delivery: one slot and one count of attempts for both sides. What broke off goes on at the
 * byte that the target says it has.
 */
export function copyBlob(
  descriptor: Descriptor,
  { source, delivery, mount, onStart }: BlobCopy,
): Work<BlobOutcome, BlobProgress> {
  return async ({ started, attempt, report }) => {
    // Told only when it really waits: a slot that is free is given within this turn.
    const waits = setImmediate(() => report({ phase: 'waiting' }))
    await started.finally(() => clearImmediate(waits))
    let position = 0
    let failed = false
    /** What fails now was repeated as often as it deserves, or cannot be. */
    let final = true
    let ofTarget = false
    /** It was made of bytes that were there before. */
    let pieced = false
    let begun = false

    const once = async (signal: AbortSignal): Promise<BlobOutcome> => {
      final = true
      let from: Origin | undefined
      const receiver = await delivery.receive(descriptor, {
        mount,
        onMount: (origin) => void (from = origin),
        verified: source.verified,
        signal,
      })
      if (receiver === 'mounted') return { outcome: 'mounted', from }
      // The answer to the end of an attempt may have been lost.
      if (receiver === 'here') return { outcome: failed ? 'sent' : 'here' }
      const counter = createCounter(receiver, (current) => report({ phase: 'sending', current }))
      let keep = true
      try {
        const { offset } = receiver
        if (offset >= position + leastProgress) position = offset
        pieced = offset > 0
        if (pieced) report({ phase: 'resume', offset })
        if (!begun) await onStart()
        begun = true
        final = false
        const { failed: refused } = receiver
        const either = refused === undefined ? signal : AbortSignal.any([signal, refused])
        await source.send(descriptor, receiver, { signal: either })
        ofTarget = true
        await receiver.commit({ signal })
        return { outcome: 'sent' }
      } catch (error) {
        failed = true
        signal.throwIfAborted()
        const own = receiver.failed?.aborted === true ? (receiver.failed.reason as unknown) : unwrapSinkError(error)
        ofTarget ||= own !== error || receiver.failed?.aborted === true
        // Where the source cannot go on from there, it begins anew.
        keep = !isLadingError(own, 'RANGE_INVALID')
        throw own
      } finally {
        counter.stop()
        await (keep ? receiver.close() : receiver.discard())
      }
    }
    return attempt(once, {
      position: () => position,
      retry(error) {
        if (final) return false
        // Bytes of an earlier time may be at fault: nothing of them was kept.
        if (pieced && isLadingError(error, 'DIGEST_MISMATCH')) return {}
        const again = ofTarget ? retryUpload(error) : retryBlob(error)
        ofTarget = false
        return again
      },
      onRetry: (event) => report({ phase: 'retry', event }),
    })
  }
}

/** Tells how far a receiver is while it moves. */
function createCounter(receiver: Pick<Receiver, 'offset'>, tell: (current: number) => void): { stop(): void } {
  let told = receiver.offset
  const look = (): void => {
    const { offset } = receiver
    if (offset !== told) tell((told = offset))
  }
  const timer = setInterval(look, tellEveryMs)
  return {
    stop() {
      clearInterval(timer)
      look()
    },
  }
}
