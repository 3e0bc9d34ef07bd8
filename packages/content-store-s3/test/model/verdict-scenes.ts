import { judge } from '../../src/protocol/collect.ts'
import { now, type Step } from '../../src/protocol/step.ts'
import { blob, grace, keysOf, lowestOf, nonceOf } from './actors.ts'
import { places, type Twist } from './scenes.ts'
import type { Scene } from './world.ts'

const marker = { n: 1, nonce: nonceOf('e1') }

/** Says what becomes of the marker, as one who has seen that the blob is needed, or not. */
function* decide(who: string, needed: boolean): Step<string | undefined> {
  const since = yield* now()
  const judging = { marker, nonce: nonceOf(who), needed, since, forMs: grace / 2, lowestOf }
  return (yield* judge(blob, judging))?.fate
}

/** Collectors that do not agree on a blob which is condemned, and answers that are lost or late. */
export function verdictSceneOf({
  losses,
  twist = (step) => step,
}: {
  readonly losses: number
  readonly twist?: Twist | undefined
}): Scene {
  return {
    objects: { ...places.whole, [keysOf(1).condemned(marker.nonce)]: marker.nonce },
    actors: {
      one: () => twist(decide('c1', true), 'one'),
      other: () => twist(decide('d1', false), 'other'),
    },
    losses,
    longest: 2,
    delay: 1,
    law(_, results) {
      const fates = new Set([...results.values()].filter((fate) => fate === 'kept' || fate === 'doomed'))
      if (fates.size > 1) throw new Error('one keeps what another one deletes')
    },
  }
}
