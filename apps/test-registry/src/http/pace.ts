import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

// A connection's debt outlives a request: keep-alive must not make it faster.
const nextFree = new WeakMap<Socket, number>()

/** Waits until the connection may carry `bytes` more at the given rate. */
export async function keepPace(socket: Socket, bytes: number, bytesPerSecond: number, signal: AbortSignal): Promise<void> {
  const now = performance.now()
  const free = Math.max(now, nextFree.get(socket) ?? 0)
  nextFree.set(socket, free + (bytes / bytesPerSecond) * 1000)
  if (free > now) await sleep(free - now, undefined, { signal })
}

/** Small enough that a slow body flows twenty times a second instead of in jerks. */
export const pacedSize = (bytesPerSecond: number): number => Math.max(1, Math.min(64 * 1024, Math.floor(bytesPerSecond / 20)))
