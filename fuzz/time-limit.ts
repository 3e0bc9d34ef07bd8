import { createContext, Script } from 'node:vm'

/** What `work` threw, if it did; `timed-out` when it was stopped. */
export type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'threw'; readonly error: unknown }
  | { readonly kind: 'timed-out' }

const script = new Script('work()')

/** Runs synchronous work and stops it, wherever it stands, when the time is over: only the engine can. */
export function withTimeLimit(ms: number, work: () => void): Outcome {
  let outcome: Outcome = { kind: 'done' }
  const guarded = (): void => {
    try {
      work()
    } catch (error) {
      outcome = { kind: 'threw', error }
    }
  }
  try {
    script.runInContext(createContext({ work: guarded }), { timeout: ms })
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error
    return { kind: 'timed-out' }
  }
  return outcome
}
