import { createOnce } from './create-once.ts'
import { nameKey, namePrefix, parseNameKey, parseRetiredKey, retiredKey, retiredPrefix } from '../layout.ts'
import { get, list, remove, type Basis, type ListedKey, type Step } from './step.ts'

/**
 * A name is a row of numbered versions, each created once; the highest one counts. A version says where the name leads, or that it
 * is removed. Numbers never come again, or a late writer could think that it was the next one: what a removed name had got to is
 * kept in `retired/`, which nobody ever lists.
 */
export interface Version {
  readonly n: number
  readonly body: string
}

/** Of one name. @param known the body of a version that was read before: a version never changes. */
export function* currentVersion(
  sha256: string,
  known: (n: number) => string | undefined = () => undefined,
): Step<Version | undefined> {
  for (;;) {
    const n = Math.max(0, ...versionsIn(yield* list(namePrefix(sha256))))
    if (n === 0) return undefined
    const body = known(n) ?? (yield* get(nameKey(sha256, n)))
    if (body !== undefined) return { n, body }
    // A newer one has come, and this one was trimmed.
  }
}

/** The number of the version that `after` was, where no version is left. */
function* retiredNumber(sha256: string): Step<number> {
  return Math.max(0, ...retiredIn(yield* list(retiredPrefix(sha256))))
}

/**
 * Writes the next version. `false`: somebody else did, or what the change rests on is too old.
 *
 * @param after the version that the change was made of; `undefined`: there was none
 * @param body with a nonce of the writer
 */
export function* writeVersion(
  sha256: string,
  { after, body, basis }: { readonly after: number | undefined; readonly body: string; readonly basis: Basis },
): Step<number | undefined> {
  const n = (after ?? (yield* retiredNumber(sha256))) + 1
  const creation = yield* createOnce(nameKey(sha256, n), body, basis)
  return creation === 'created' ? n : undefined
}

export interface Trimming {
  /** Whether a key has been seen for the grace time by this observer's monotonic clock: nobody goes on from what was before it. */
  readonly isSettled: (key: string) => boolean
  readonly isRemoval: (body: string, key: string) => boolean
}

/** Removes versions that were followed by another one long ago, and a removed name altogether. */
export function* trimName(
  sha256: string,
  listed: readonly ListedKey[],
  { isSettled, isRemoval }: Trimming,
): Step<void> {
  const numbers = versionsIn(listed)
  const last = Math.max(0, ...numbers.filter((n) => isSettled(nameKey(sha256, n))))
  for (const n of numbers) if (n < last) yield* remove(nameKey(sha256, n))
  if (last === 0 || last !== Math.max(...numbers)) return
  const key = nameKey(sha256, last)
  const body = yield* get(key)
  if (body === undefined || !isRemoval(body, key)) return
  if ((yield* createOnce(retiredKey(sha256, last), '')) !== 'created') return
  yield* remove(key)
  for (const n of retiredIn(yield* list(retiredPrefix(sha256)))) if (n < last) yield* remove(retiredKey(sha256, n))
}

const versionsIn = (listed: readonly ListedKey[]): readonly number[] =>
  listed.flatMap(({ key }) => parseNameKey(key)?.version ?? [])

const retiredIn = (listed: readonly ListedKey[]): readonly number[] =>
  listed.flatMap(({ key }) => parseRetiredKey(key)?.version ?? [])
