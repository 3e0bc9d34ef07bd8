import type { Work, WorkContext } from '../../src/index.ts'

export interface ControlledWork {
  readonly work: Work<string, number>
  /** How often the work was called. */
  readonly calls: number
  readonly context: WorkContext<number>
  /** The slot was given. */
  readonly running: boolean
  finish(result: string): void
  fail(error: unknown): void
}

/** Work that waits for its slot and then ends when the test says so, or when it is cancelled. */
export function createControlledWork(): ControlledWork {
  const gate = Promise.withResolvers<string>()
  gate.promise.catch(() => undefined)
  let calls = 0
  let context: WorkContext<number> | undefined
  let running = false
  return {
    async work(given) {
      calls += 1
      context = given
      await given.started
      running = true
      given.signal.throwIfAborted()
      given.signal.addEventListener('abort', () => gate.reject(given.signal.reason))
      return gate.promise
    },
    get calls() {
      return calls
    },
    get context() {
      if (context === undefined) throw new Error('the work was not called')
      return context
    },
    get running() {
      return running
    },
    finish: (result) => gate.resolve(result),
    fail: (error) => gate.reject(error),
  }
}

/** Lets every promise that can settle do so. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
