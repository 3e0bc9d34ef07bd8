import type { AbortOptions } from '@lading/clock'
import type { Source } from '@lading/content'
import type { Descriptor } from '@lading/manifest'
import type { ByteRange } from '../contracts.ts'

/** A range of a blob as its taker asks for it: a source sends one piece ahead, and waits. */
export async function* pullFromSource(
  source: Pick<Source, 'send'>,
  blob: Descriptor,
  { start, end, signal }: ByteRange & AbortOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (start >= end) return
  const left = new AbortController()
  let next = Promise.withResolvers<Uint8Array | undefined>()
  let room: PromiseWithResolvers<void> | undefined
  let skip = 0
  const sink = {
    offset: start,
    end,
    begin(answer: { readonly start: number }): void {
      skip = start - answer.start
    },
    write(chunk: Uint8Array): Promise<void> | void {
      const passed = Math.min(skip, chunk.byteLength)
      skip -= passed
      if (passed === chunk.byteLength) return undefined
      room = Promise.withResolvers<void>()
      next.resolve(chunk.subarray(passed))
      return room.promise
    },
  }
  const sent = source
    .send(blob, sink, { signal: signal === undefined ? left.signal : AbortSignal.any([signal, left.signal]) })
    .then(
      () => next.resolve(undefined),
      (error: unknown) => next.reject(error),
    )
  try {
    for (;;) {
      const chunk = await next.promise
      if (chunk === undefined) return
      next = Promise.withResolvers<Uint8Array | undefined>()
      // Its outcome may come while nobody waits.
      next.promise.catch(() => undefined)
      yield chunk
      room?.resolve()
    }
  } finally {
    left.abort()
    room?.resolve()
    await sent
  }
}
