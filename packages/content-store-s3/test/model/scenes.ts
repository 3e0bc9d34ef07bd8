import type { Step } from '../../src/protocol/step.ts'
import { collect, forget, keysOf, nonceOf, pull, read, versionKey, type Mistakes } from './actors.ts'
import { nameIsWhole } from './laws.ts'
import type { Scene } from './world.ts'

const old = nonceOf('1')
const chunk = keysOf(1).chunk(0, old)

/** What is there first. */
export const places = {
  nothing: {},
  /** What an owner left that died. */
  part: { [keysOf(1).claim]: old, [chunk]: old },
  /** A blob that nobody has named. */
  whole: { [keysOf(1).claim]: old, [chunk]: old, [keysOf(1).done]: chunk },
  named: { [keysOf(1).claim]: old, [chunk]: old, [keysOf(1).done]: chunk, [versionKey(1)]: 'set old' },
} as const

export type Twist = (step: Step<unknown>, actor: string) => Step<unknown>

export interface SceneOptions extends Partial<Omit<Scene, 'objects'>> {
  readonly place: keyof typeof places
  readonly wrong?: Mistakes | undefined
  readonly twist?: Twist | undefined
}

export function sceneOf(
  names: readonly ('owner' | 'successor' | 'collector' | 'second collector' | 'remover' | 'reader')[],
  { place, wrong = {}, twist = (step) => step, ...more }: SceneOptions,
): Scene {
  const all: Readonly<Record<(typeof names)[number], () => Step<unknown>>> = {
    owner: () => pull('a', wrong),
    successor: () => pull('b', wrong),
    collector: () => collect('c1', wrong),
    'second collector': () => collect('d1', wrong),
    remover: () => forget('f'),
    reader: () => read(),
  }
  return {
    losses: 0,
    longest: 2,
    delay: 0,
    law: nameIsWhole,
    objects: places[place],
    actors: Object.fromEntries(names.map((name) => [name, () => twist(all[name](), name)])),
    ...more,
  }
}
