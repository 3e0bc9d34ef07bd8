import { systemClock, type AbortOptions, type Clock } from '@lading/clock'
import { mayPass } from './objects-error.ts'
import type { ListedObject, Objects } from './objects.ts'
import { timesOf, type Times } from './times.ts'

/** Of the first pause between two attempts, in milliseconds; each is twice the one before. */
const firstPauseMs = 50
const longestPauseMs = 5_000

interface Options {
  /** Default: those of `timesOf()`. */
  readonly times?: Pick<Times, 'patienceMs'> | undefined
  readonly clock?: Clock | undefined
}

/**
 * Objects whose store is asked again while it is busy or silent, and whose `create` knows who has won even where an answer
 * was lost: what is there is read back, and one's own bytes mean that one has.
 *
 * Every request waits out an outage of at most `patienceMs`, and then rejects with what the store said last.
 */
export function steadyObjects(
  objects: Objects,
  { times: { patienceMs } = timesOf(), clock = systemClock }: Options = {},
): Objects {
  async function persist<T>(request: () => Promise<T>, { signal }: AbortOptions = {}): Promise<T> {
    const beganMs = clock.now()
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
      signal?.throwIfAborted()
      try {
        return await request()
      } catch (error) {
        if (!mayPass(error) || clock.now() - beganMs + pauseMs > patienceMs) throw error
      }
      await clock.sleep(pauseMs * (0.5 + clock.random() / 2), { signal })
    }
  }

  /** What is there may be of an earlier attempt, also of one that something on the way repeated. */
  async function isThere(key: string, bytes: Uint8Array, options?: AbortOptions): Promise<boolean> {
    if ((await objects.stat(key, options))?.size !== bytes.length) return false
    const there = await objects.get(key, options)
    return there !== undefined && Buffer.compare(there, bytes) === 0
  }

  return {
    async create(key, bytes, options) {
      const outcome = await persist(() => objects.create(key, bytes, options), options)
      if (outcome === 'created') return outcome
      return (await persist(() => isThere(key, bytes, options), options)) ? 'created' : 'exists'
    },
    put: (key, bytes, options) => persist(() => objects.put(key, bytes, options), options),
    get: (key, options) => persist(() => objects.get(key, options), options),
    stat: (key, options) => persist(() => objects.stat(key, options), options),
    remove: (key, options) => persist(() => objects.remove(key, options), options),
    async *list(prefix, options = {}) {
      let { after } = options
      let listed: AsyncIterator<ListedObject> | undefined
      try {
        for (;;) {
          const step = await persist(async () => {
            listed ??= objects.list(prefix, { ...options, after })[Symbol.asyncIterator]()
            try {
              return await listed.next()
            } catch (error) {
              listed = undefined
              throw error
            }
          }, options)
          if (step.done === true) return
          after = step.value.key
          yield step.value
        }
      } finally {
        await listed?.return?.()
      }
    },
  }
}
