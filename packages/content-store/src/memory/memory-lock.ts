import { enterQueue } from '../queue.ts'
import type { Lock } from '../lock.ts'
import type { Memory } from './memory.ts'

/** One holder at a time, in the order of the calls. Nobody can lose it. */
export function memoryLock({ id }: Memory): Lock {
  return {
    async hold(run, { signal } = {}) {
      signal?.throwIfAborted()
      const leave = await enterQueue(`${id} lock`, signal)
      try {
        return await run({ assert: () => Promise.resolve() })
      } finally {
        leave()
      }
    },
  }
}
