import { create, get, isOlder, type Basis, type Step } from './step.ts'

export type Creation =
  /** By us, whatever was answered. */
  | 'created'
  /** Somebody else was first. */
  | 'taken'
  /** What it rests on is too old, and it was not asked for again. */
  | 'late'

/**
 * Creates an object that nobody else may have created. `body` must be one that nobody else writes: an answer can be lost, and what is there
 * then tells who was first.
 */
export function* createOnce(key: string, body: string, basis?: Basis): Step<Creation> {
  for (;;) {
    if (basis !== undefined && (yield* isOlder(basis))) return 'late'
    if ((yield* create(key, body)) === 'created') return 'created'
    const there = yield* get(key)
    if (there === body) return 'created'
    if (there !== undefined) return 'taken'
    // Nothing is there: it was not done, or what was there is gone, which only a new look can tell apart.
    if (basis === undefined) return 'late'
  }
}
