import { setTimeout as sleep } from 'node:timers/promises'

/** Something that carries so many bytes a second: a connection, or all of them together. */
export interface Lane {
  readonly key: object
  readonly bytesPerSecond: number
}

// A connection's debt outlives a request: keep-alive must not make it faster.
const nextFree = new WeakMap<object, number>()

/** A timer that fires late must not make the lane slower: it may catch up by so much. */
const slackMs = 20

/** Waits until every lane may carry `bytes` more. */
export async function keepPace(lanes: readonly Lane[], bytes: number, signal: AbortSignal): Promise<void> {
  const now = performance.now()
  let wait = 0
  for (const { key, bytesPerSecond } of lanes) {
    const free = Math.max(now - slackMs, nextFree.get(key) ?? 0)
    nextFree.set(key, free + (bytes / bytesPerSecond) * 1000)
    wait = Math.max(wait, free - now)
  }
  if (wait > 0) await sleep(wait, undefined, { signal })
}

/** Small enough that a slow body flows twenty times a second instead of in jerks. */
export function pacedSize(lanes: readonly Lane[]): number {
  const slowest = Math.min(...lanes.map(({ bytesPerSecond }) => bytesPerSecond))
  return Math.max(1, Math.min(64 * 1024, Math.floor(slowest / 20)))
}

/** A request's body, read at the lanes' pace. */
export async function* pacedBody(
  body: AsyncIterable<Uint8Array>,
  lanes: readonly Lane[],
  signal: AbortSignal,
): AsyncIterable<Uint8Array> {
  for await (const chunk of body) {
    await keepPace(lanes, chunk.length, signal)
    yield chunk
  }
}
