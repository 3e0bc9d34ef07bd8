import { namePrefix } from '../../src/layout.ts'
import { currentVersion, trimName, writeVersion } from '../../src/protocol/names.ts'
import { list, now, type Step } from '../../src/protocol/step.ts'
import { grace, name, wait } from './actors.ts'

const basisMs = grace / 2

export interface NameMistakes {
  readonly trimsAtOnce?: boolean
  readonly forgetsNumbers?: boolean
}

const countIn = (body: string | undefined): number => Number(body?.split(' ')[1] ?? 0)

/** Counts one further, once. How far it was is in the name, also in one that was removed. */
export function* count(who: string): Step<'counted' | 'refused'> {
  const since = yield* now()
  const before = yield* currentVersion(name)
  const body = `set ${countIn(before?.body) + 1} ${who}`
  const n = yield* writeVersion(name, { after: before?.n, body, basis: { since, forMs: basisMs } })
  return n === undefined ? 'refused' : 'counted'
}

/** Trims what was followed long ago, and a removed name. */
export function* trim(wrong: NameMistakes = {}): Step<void> {
  const first = yield* list(namePrefix(name))
  const seen = new Set(first.map(({ key }) => key))
  if (wrong.trimsAtOnce !== true) yield* wait(yield* now())
  const again = yield* list(namePrefix(name))
  const isRemoval = (body: string): boolean => body.startsWith('removed')
  const step = trimName(name, again, { isSettled: (key) => seen.has(key), isRemoval })
  // What it creates is only the number.
  for (let next = step.next(); next.done !== true;)
    next = step.next(next.value.ask === 'create' && wrong.forgetsNumbers === true ? 'created' : yield next.value)
}
