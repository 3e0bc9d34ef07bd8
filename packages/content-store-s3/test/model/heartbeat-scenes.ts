import { observeOwner, type Sighting } from '../../src/protocol/observe-owner.ts'
import { now, type Step } from '../../src/protocol/step.ts'
import { blob, keysOf } from './actors.ts'
import type { Twist } from './scenes.ts'
import type { ModelAsk, Scene } from './world.ts'

/** In moments. An owner beats once in each. */
export const deadMs = 3

const ask = (what: ModelAsk): Step<void> =>
  (function* () {
    yield what as never
  })()

/** Lives, and says so as soon as the store answers. */
function* beat(times: number): Step<string> {
  for (let count = 0; count < times; count++) {
    yield* ask({ ask: 'put', key: keysOf(1).beat, body: `beat ${count % 3}` })
    yield* ask({ ask: 'wait', since: yield* now(), forMs: 1 })
  }
  return 'ended'
}

/** Looks, once a moment if it can, and says whether it has taken the owner for dead. */
function* observe(looks: number): Step<string> {
  let before: Sighting | undefined
  for (let look = 0; look < looks; look++) {
    const { lives, sighting } = yield* observeOwner(blob, 1, { before, deadMs, saidIn: (body) => body ?? '' })
    if (!lives) return 'dead'
    before = sighting
    if (sighting !== undefined) yield* ask({ ask: 'wait', since: sighting.last, forMs: 1 })
  }
  return 'lives'
}

/** An owner that lives, or one that was killed, and an observer, with a store that may be away. */
export function heartbeatSceneOf({
  lives,
  outages,
  looks = 4,
  twist = (step) => step,
}: {
  readonly lives: boolean
  readonly outages: number
  readonly looks?: number
  readonly twist?: Twist | undefined
}): Scene {
  return {
    objects: { [keysOf(1).beat]: 'beat 2' },
    actors: {
      ...(lives ? { owner: () => beat(looks + 1) } : {}),
      observer: () => twist(observe(looks), 'observer'),
    },
    prompt: lives ? ['owner'] : ['observer'],
    outages,
    losses: 0,
    longest: deadMs + 1,
    delay: 0,
    remembered: { owner: 1, observer: looks },
    law(_, results) {
      if (lives && results.get('observer') === 'dead' && !results.has('owner'))
        throw new Error('an owner that lives was taken for dead')
    },
    atEnd(_, results) {
      if (!lives && results.get('observer') !== 'dead') throw new Error('an owner that is dead is waited for')
    },
  }
}
