import { hostname } from 'node:os'
import type { AbortOptions, Clock } from '@lading/clock'
import type { Lease } from '@lading/content-store'
import type { Digest } from '@lading/digest'
import { inTime } from '../in-time.ts'
import { leaseKey } from '../layout.ts'
import { newNonce } from '../nonce.ts'
import type { Objects } from '../objects.ts'
import type { Times } from '../times.ts'

interface Options {
  readonly objects: Objects
  readonly times: Times
  readonly clock: Clock
}

/** A lease of this process. Nothing is in the store before something is held. */
export function openObjectLease({ objects, times, clock }: Options): Lease {
  const key = leaseKey(newNonce())
  const held = new Set<Digest>()
  let count = 0
  let released = false
  let last: Promise<void> = Promise.resolve()
  let heartbeat: NodeJS.Timeout | undefined
  const life = new AbortController()

  /** One after the other, so that no older one comes last. */
  const alone = (work: () => Promise<void>): Promise<void> => {
    const next = last.then(work, work)
    last = next.catch(() => {})
    return next
  }

  async function say(options?: AbortOptions): Promise<void> {
    const owner = JSON.stringify({ host: hostname(), pid: process.pid, count: ++count })
    await objects.put(key, new TextEncoder().encode([owner, ...held, ''].join('\n')), options)
  }

  return {
    hold(digests) {
      const wanted = [...digests]
      return alone(async () => {
        const fresh = wanted.filter((digest) => !held.has(digest))
        if (released || fresh.length === 0) return
        for (const digest of fresh) held.add(digest)
        try {
          await say()
        } catch (error) {
          for (const digest of fresh) held.delete(digest)
          throw error
        }
        heartbeat ??= setInterval(
          () => void alone(() => (released ? Promise.resolve() : say({ signal: life.signal }))).catch(() => {}),
          times.beatMs,
        )
        heartbeat.unref()
      })
    },
    async release() {
      clearInterval(heartbeat)
      try {
        // One that is left says nothing any more, and is void before long.
        await inTime({ clock, ms: times.closeMs }, (how) =>
          alone(async () => {
            if (released) return
            released = true
            if (count > 0) await objects.remove(key, how)
          }),
        )
      } finally {
        life.abort()
      }
    },
  }
}
