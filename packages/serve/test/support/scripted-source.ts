import type { BlobSink, Source } from '@lading/content'
import { orAbort } from '@lading/clock'
import { digestOf } from '@lading/digest/hash'
import type { Digest } from '@lading/digest'
import { LadingError } from '@lading/errors'

/** What a source does in one attempt, step by step; after the last it sends the rest. */
export type Step =
  | { readonly give: number }
  /** Until `go` is called once. */
  | 'stall'
  /** The connection is lost. */
  | 'cut'
  /** It sends everything again, from the start: as a first step. */
  | 'whole'
  /** One wrong bit in the next byte. */
  | 'flip'
  /** A byte too many. */
  | 'more'
  /** Ends here, as if all had come. */
  | 'end'
  | { readonly fail: Error }

export interface ScriptedSource extends Source {
  readonly digest: Digest
  /** Where each attempt began, as it was asked. */
  readonly asked: readonly number[]
  /** In bytes, of all attempts. */
  readonly sent: number
  readonly stats: number
  /** Lets one stall go on, also one to come. */
  go(): void
  /** Resolves when it stalls. */
  readonly stalled: Promise<void>
}

export const cut = (): LadingError =>
  new LadingError('CONNECTION_LOST', 'the connection was lost', { hint: 'try again' })

/** @param attempts of each attempt its steps; those after the last send the rest */
export function scriptedSource(
  bytes: Uint8Array,
  attempts: readonly (readonly Step[])[] = [],
  { chunk = 16 * 1024, absent = false } = {},
): ScriptedSource {
  const digest = digestOf(bytes)
  const asked: number[] = []
  let sent = 0
  let stats = 0
  let passes = 0
  let waiting: PromiseWithResolvers<void> | undefined
  let stall = Promise.withResolvers<void>()

  async function send(_: unknown, sink: BlobSink, { signal }: { readonly signal?: AbortSignal | undefined } = {}) {
    const steps = attempts[asked.length] ?? []
    asked.push(sink.offset)
    const start = steps[0] === 'whole' ? 0 : sink.offset
    const [first] = steps
    if (typeof first === 'object' && 'fail' in first) throw first.fail
    if (first === 'cut') throw cut()
    await sink.begin({ start, source: 'scripted' })
    let at = start
    let flip = false
    const give = async (count: number): Promise<void> => {
      for (const end = Math.min(bytes.byteLength, at + count); at < end;) {
        signal?.throwIfAborted()
        // A copy, which a Buffer's slice is not.
        const piece = new Uint8Array(bytes.subarray(at, Math.min(end, at + chunk)))
        if (flip && piece.byteLength > 0) piece[0] = (piece[0] as number) ^ 1
        flip = false
        at += piece.byteLength
        sent += piece.byteLength
        await sink.write(piece)
      }
    }
    for (const step of steps) {
      if (step === 'cut') throw cut()
      if (step === 'flip') flip = true
      if (step === 'more') await sink.write(new Uint8Array(1))
      if (step === 'end') return
      if (step === 'stall') {
        stall.resolve()
        if (passes > 0) passes -= 1
        else await orAbort((waiting = Promise.withResolvers<void>()).promise, { signal })
        stall = Promise.withResolvers<void>()
      }
      if (typeof step === 'object') {
        if ('fail' in step) throw step.fail
        await give(step.give)
      }
    }
    await give(bytes.byteLength)
  }

  return {
    digest,
    asked,
    get sent() {
      return sent
    },
    get stats() {
      return stats
    },
    get stalled() {
      return stall.promise
    },
    go() {
      if (waiting === undefined) passes += 1
      else waiting.resolve()
      waiting = undefined
    },
    async *names() {},
    resolve: () => Promise.reject(new Error('not asked')),
    document: () => Promise.resolve(undefined),
    async stat() {
      stats += 1
      return absent ? undefined : { size: bytes.byteLength }
    },
    send,
    async *open() {},
    close: () => Promise.resolve(),
  }
}
