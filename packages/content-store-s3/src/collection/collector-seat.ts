import type { Clock } from '@lading/clock'
import { collectorKey } from '../layout.ts'
import { newNonce } from '../nonce.ts'
import type { Objects } from '../objects.ts'

/**
 * Which of the processes that share a store looks at everything from time to time, so that not each of them does. Whoever sits there
 * says so with each look; when that was unchanged for two looks' time, somebody else sits down. Two may do so
 * at once: that costs requests, and nothing else.
 *
 * @returns whether this process is to look now. Asks for nothing twice within `everyMs`.
 */
export function collectorSeat(
  objects: Objects,
  { clock, everyMs }: { readonly clock: Pick<Clock, 'now'>; readonly everyMs: number },
): () => Promise<boolean> {
  const own = newNonce()
  let count = 0
  let askedMs = -Infinity
  let seen: { readonly text: string; readonly sinceMs: number } | undefined
  return async () => {
    const nowMs = clock.now()
    if (nowMs - askedMs < everyMs) return false
    askedMs = nowMs
    const bytes = await objects.get(collectorKey)
    const text = bytes === undefined ? '' : new TextDecoder().decode(bytes)
    if (seen?.text !== text) seen = { text, sinceMs: nowMs }
    const isTaken = text !== '' && !text.startsWith(own) && nowMs - seen.sinceMs < 2 * everyMs
    if (!isTaken) await objects.put(collectorKey, new TextEncoder().encode(`${own} ${++count}`))
    return !isTaken
  }
}
