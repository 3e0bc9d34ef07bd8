import { describe, expect, it } from 'vitest'
import { enlarged, needs } from '../../../../test/support/needs.ts'
import { explore } from './explore.ts'
import { heartbeatSceneOf } from './heartbeat-scenes.ts'
import { ageless, backwards, believing, blind, gapless } from './mistakes.ts'
import { nameSceneOf } from './name-scenes.ts'
import { sceneOf, type SceneOptions, type Twist } from './scenes.ts'
import { verdictSceneOf } from './verdict-scenes.ts'
import type { Scene } from './world.ts'

type Actors = Parameters<typeof sceneOf>[0]

const only =
  (actor: string, wrong: (step: Parameters<Twist>[0]) => ReturnType<Twist>): Twist =>
  (step, name) =>
    name.endsWith(actor) ? wrong(step) : step

/** What breaks the law, and how it comes to that. */
const brokenIn = (scene: Scene): string | undefined => {
  const { broken } = explore(scene)
  return broken && [broken.why, ...broken.path].join('\n')
}

const once = { attempts: 1 }
const two: Actors = ['owner', 'collector']

describe('the protocol of blobs, in every order', () => {
  it('holds with a reader, a remover and a collector', () => {
    expect(brokenIn(sceneOf(['reader', 'remover', 'collector'], { place: 'whole' }))).toBeUndefined()
  })

  it.each<readonly [string, Actors, SceneOptions]>([
    ['a publisher', two, { place: 'whole', wrong: once }],
    ['an owner and its successor', two, { place: 'part', wrong: once }],
    ['a name that is removed', ['reader', 'remover', 'collector'], { place: 'named' }],
    ['a listing that takes time', two, { place: 'whole', slowListings: true, wrong: once }],
  ])('holds with a collector and %s', needs(enlarged), (_, actors, options) =>
    expect(brokenIn(sceneOf(actors, options))).toBeUndefined(),
  )

  it.each<readonly [string, Actors, SceneOptions]>([
    ['adopts what is condemned', two, { place: 'part', wrong: { ...once, adoptsCondemned: true } }],
    ['removes what makes a blob present last', two, { place: 'whole', twist: only('collector', backwards) }],
  ])('finds out who %s', (_, actors, options) => expect(brokenIn(sceneOf(actors, options))).toBeTypeOf('string'))

  it.each<readonly [string, Actors, SceneOptions]>([
    ['does not look again before it is done', two, { place: 'part', wrong: { ...once, skipsLookBeforeDone: true } }],
    ['does not see what is condemned', two, { place: 'whole', wrong: once, twist: only('owner', blind) }],
    ['does not look whether what it adopted is there', two, { place: 'part', wrong: { ...once, skipsChunks: true } }],
    ['looks at the names before it waits', two, { place: 'whole', wrong: { ...once, namesBeforeWaiting: true } }],
    ['trusts a clock of the store', two, { place: 'whole', wrong: { ...once, trustsDate: true } }],
    [
      'decides alone, where another collector may decide otherwise',
      ['collector', 'second collector', 'remover', 'owner'],
      { place: 'named', wrong: { ...once, decidesAlone: true } },
    ],
    ['names what it saw long ago', two, { place: 'whole', wrong: once, twist: only('owner', ageless) }],
  ])('finds out who %s', needs(enlarged), (_, actors, options) =>
    expect(brokenIn(sceneOf(actors, options))).toBeTypeOf('string'),
  )
})

describe('verdicts of collectors that have seen other names, in every order', () => {
  it.each([1, 2])('are one, whichever %i answers are lost', (losses) =>
    expect(brokenIn(verdictSceneOf({ losses }))).toBeUndefined(),
  )

  it('find out who takes a lost answer for a success', () =>
    expect(brokenIn(verdictSceneOf({ losses: 1, twist: believing }))).toBeTypeOf('string'))
})

describe('the protocol of strays, in every order', () => {
  it.each<readonly [string, Actors, SceneOptions]>([
    ['an owner that is not dead', ['sleeper', 'cleaner'], { place: 'stray' }],
    ['who brings the blob anew', ['replacer', 'cleaner'], { place: 'stray' }],
  ])('holds with a collector and %s', (_, actors, options) =>
    expect(brokenIn(sceneOf(actors, options))).toBeUndefined(),
  )

  it.each<readonly [string, Actors, SceneOptions]>([
    ['both owners', ['replacer', 'sleeper', 'cleaner'], { place: 'stray' }],
    ['another one and an owner', ['cleaner', 'second cleaner', 'sleeper'], { place: 'stray' }],
  ])('holds with a collector and %s', needs(enlarged), (_, actors, options) =>
    expect(brokenIn(sceneOf(actors, options))).toBeUndefined(),
  )

  it.each<readonly [string, Actors, SceneOptions]>([
    ['deletes at once', ['sleeper', 'cleaner'], { place: 'stray', wrong: { sweepsAtOnce: true } }],
    [
      'finishes or adopts what is forsaken',
      ['replacer', 'cleaner'],
      { place: 'stray', wrong: { adoptsForsaken: true } },
    ],
  ])('finds out who %s', (_, actors, options) => expect(brokenIn(sceneOf(actors, options))).toBeTypeOf('string'))
})

describe('heartbeats, in every order', () => {
  it('take no owner for dead that lives, though the store was away', () =>
    expect(brokenIn(heartbeatSceneOf({ lives: true, outages: 1, looks: 3 }))).toBeUndefined())

  it('take one for dead that says nothing any more', () =>
    expect(brokenIn(heartbeatSceneOf({ lives: false, outages: 0, looks: 6 }))).toBeUndefined())

  it('are told from silence of the store', () =>
    expect(brokenIn(heartbeatSceneOf({ lives: true, outages: 1, looks: 3, twist: gapless }))).toBeTypeOf('string'))

  it('take no owner for dead, however often the store was away', needs(enlarged), () =>
    expect(brokenIn(heartbeatSceneOf({ lives: true, outages: 2, looks: 4 }))).toBeUndefined(),
  )
})

describe('the protocol of names, in every order', () => {
  it.each<Parameters<typeof nameSceneOf>[0]>([
    { place: 'removed' },
    { place: 'none', losses: 1 },
    { place: 'removed', losses: 1 },
    { place: 'followed', losses: 1 },
  ])('loses none with %o', needs(enlarged), (options) => expect(brokenIn(nameSceneOf(options))).toBeUndefined())

  it('finds out who takes a lost answer for a success', () =>
    expect(brokenIn(nameSceneOf({ place: 'none', losses: 1, twist: (step) => believing(step) }))).toBeTypeOf('string'))

  it.each<readonly [string, Parameters<typeof nameSceneOf>[0]]>([
    ['forgets the number of a name that was removed', { place: 'removed', wrong: { forgetsNumbers: true } }],
    ['trims at once', { place: 'none', third: true, wrong: { trimsAtOnce: true } }],
    ['goes on from what it saw long ago', { place: 'none', third: true, twist: ageless }],
  ])('finds out who %s', needs(enlarged), (_, options) => expect(brokenIn(nameSceneOf(options))).toBeTypeOf('string'))
})
