import type { Step } from '../../src/protocol/step.ts'
import {
  clean,
  collect,
  finish,
  forget,
  keysOf,
  nonceOf,
  pull,
  read,
  replace,
  versionKey,
  type Mistakes,
} from './actors.ts'
import { nameIsWhole } from './laws.ts'
import type { Scene } from './world.ts'

const old = nonceOf('1')
const chunk = keysOf(1).chunk(0, old)
const left = nonceOf('2')
const whole = { [keysOf(1).claim]: old, [chunk]: old, [keysOf(1).done]: chunk }

/** What is there first. */
export const places = {
  nothing: {},
  /** What an owner left that died. */
  part: { [keysOf(1).claim]: old, [chunk]: old },
  /** A blob that nobody has named. */
  whole,
  named: { ...whole, [versionKey(1)]: 'set old' },
  /** An owner has left something beside it. */
  stray: { ...whole, [versionKey(1)]: 'set old', [keysOf(2).claim]: left, [keysOf(2).chunk(0, left)]: left },
} as const

export type Twist = (step: Step<unknown>, actor: string) => Step<unknown>

export interface SceneOptions extends Partial<Omit<Scene, 'objects'>> {
  readonly place: keyof typeof places
  readonly wrong?: Mistakes | undefined
  readonly twist?: Twist | undefined
}

export type ActorName =
  | 'owner'
  | 'successor'
  | 'collector'
  | 'second collector'
  | 'remover'
  | 'reader'
  /** The owner of what was left, who is not dead. */
  | 'sleeper'
  | 'replacer'
  | 'cleaner'
  | 'second cleaner'

export function sceneOf(
  names: readonly ActorName[],
  { place, wrong = {}, twist = (step) => step, ...more }: SceneOptions,
): Scene {
  const all: Readonly<Record<ActorName, () => Step<unknown>>> = {
    owner: () => pull('a', wrong),
    successor: () => pull('b', wrong),
    collector: () => collect('c1', wrong),
    'second collector': () => collect('d1', wrong),
    remover: () => forget('f'),
    reader: () => read(),
    sleeper: () => finish(2, left, wrong),
    replacer: () => replace('a', wrong),
    cleaner: () => clean('c1', wrong),
    'second cleaner': () => clean('d1', wrong),
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
