import { count, trim, type NameMistakes } from './name-actors.ts'
import { versionKey } from './actors.ts'
import type { Twist } from './scenes.ts'
import type { Contents, Results, Scene } from './world.ts'

export const namePlaces = {
  none: {},
  removed: { [versionKey(1)]: 'set 0 old', [versionKey(2)]: 'removed 0 old' },
  followed: { [versionKey(1)]: 'set 0 old', [versionKey(2)]: 'set 0 other' },
} as const

/** What the highest version says is as much as was counted. */
function nothingLost(objects: Contents, results: Results): void {
  const counted = [...results.values()].filter((result) => result === 'counted').length
  const last =
    [...objects.keys()]
      .filter((key) => key.startsWith('names/'))
      .toSorted()
      .at(-1) ?? ''
  const said = Number(objects.get(last)?.split(' ')[1] ?? 0)
  // Who was refused after an answer was lost does not know.
  const unknown = [...results.values()].filter((result) => result === 'refused').length
  if (said < counted || said > counted + unknown) throw new Error(`${counted} have counted, and the name says ${said}`)
}

export function nameSceneOf({
  place,
  wrong = {},
  twist = (step) => step,
  third = false,
  ...more
}: Partial<Omit<Scene, 'objects'>> & {
  readonly place: keyof typeof namePlaces
  readonly wrong?: NameMistakes | undefined
  readonly twist?: Twist | undefined
  /** One more counts. */
  readonly third?: boolean | undefined
}): Scene {
  return {
    losses: 0,
    longest: 2,
    delay: 0,
    law: () => {},
    atEnd: nothingLost,
    objects: namePlaces[place],
    actors: {
      one: () => twist(count('a'), 'one'),
      other: () => twist(count('b'), 'other'),
      ...(third ? { third: () => twist(count('c'), 'third') } : {}),
      trimmer: () => twist(trim(wrong), 'trimmer'),
    },
    ...more,
  }
}
