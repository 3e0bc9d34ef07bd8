import type { Ask, Step } from '../../src/protocol/step.ts'
import { deadMs } from './heartbeat-scenes.ts'

/** The same step by somebody who changes what it asks, or hears something else than the answer. */
export function* twisted<T>(
  step: Step<T>,
  {
    asks = (asked) => asked,
    hears = (_, answer) => answer,
  }: {
    /** `undefined`: it is not asked at all. */
    readonly asks?: (asked: Ask) => Ask | undefined
    readonly hears?: (asked: Ask, answer: unknown) => unknown
  },
): Step<T> {
  let next = step.next()
  while (next.done !== true) {
    const asked = asks(next.value)
    next = step.next(asked === undefined ? undefined : hears(asked, yield asked))
  }
  return next.value
}

/** Removes what it has to remove from the last to the first. */
export function* backwards<T>(step: Step<T>): Step<T> {
  const removed: Ask[] = []
  let next = step.next()
  while (next.done !== true) {
    if (next.value.ask === 'remove') {
      removed.unshift(next.value)
      next = step.next()
    } else next = step.next(yield next.value)
  }
  for (const asked of removed) yield asked
  return next.value
}

/** What it looked at never grows old. */
export const ageless = <T>(step: Step<T>): Step<T> =>
  twisted(step, { hears: (asked, answer) => (asked.ask === 'older' ? false : answer) })

/** It sees no marker. */
export const blind = <T>(step: Step<T>): Step<T> =>
  twisted(step, {
    hears: (asked, answer) =>
      asked.ask === 'list'
        ? (answer as readonly { readonly key: string }[]).filter(({ key }) => !key.includes('/condemned-'))
        : answer,
  })

/** It takes a lost answer for success, and does not read back. */
export const believing = <T>(step: Step<T>): Step<T> =>
  twisted(step, {
    hears: (asked, answer) => (asked.ask === 'create' && answer === 'unclear' ? 'created' : answer),
  })

/** Looks that are far apart count together. */
export const gapless = <T>(step: Step<T>): Step<T> =>
  twisted(step, { hears: (asked, answer) => (asked.ask === 'older' && asked.forMs === deadMs / 3 ? false : answer) })
