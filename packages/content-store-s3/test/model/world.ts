import type { Ask, ListedKey, Step } from '../../src/protocol/step.ts'
import { actorTree, type ActorNode } from './actor-tree.ts'

export type Contents = ReadonlyMap<string, string>
export type Results = ReadonlyMap<string, unknown>

/**
 * A store and those who use it. The steps are those that are shipped; the store is late, and loses answers. Time goes on by
 * one moment whenever nobody hinders it, so that everybody may stand still anywhere.
 *
 * Only ages count, up to the longest that makes a difference: so there are finitely many states without an end of time.
 */
export interface Scene {
  readonly objects: Readonly<Record<string, string>>
  readonly actors: Readonly<Record<string, () => Step<unknown>>>
  /** How often an answer to a `create` may be lost. */
  readonly losses: number
  /** The longest age that makes a difference, in moments. */
  readonly longest: number
  /** How long after it was asked for a `create` may still be done: a store refuses signatures that are older. In moments. */
  readonly delay: number
  /** Listings take time: of what changes meanwhile each key is shown or not. */
  readonly slowListings?: boolean | undefined
  /** How many times an actor still thinks of. Default 3 each. */
  readonly remembered?: Readonly<Record<string, number>> | undefined
  /** Who does what it wants to do within the moment, as long as the store answers. Default: everybody may stand still anywhere. */
  readonly prompt?: readonly string[] | undefined
  /** How often the store may be away, for as long as it likes. Default never. */
  readonly outages?: number | undefined
  /** What has to be so in every state. Throws. */
  readonly law: (objects: Contents, results: Results) => void
  /** And when everybody is done. */
  readonly atEnd?: ((objects: Contents, results: Results) => void) | undefined
}

/** Beside what the steps ask: `wait` is answered from a moment on. */
export type ModelAsk =
  | Ask
  | { readonly ask: 'wait'; readonly since: number; readonly forMs: number }
  | { readonly ask: 'put'; readonly key: string; readonly body: string }

export interface Actor {
  readonly node: ActorNode
  /** How long ago it asked for the time; of the last few times, by what it was told, which is only their number. */
  readonly ages: ReadonlyMap<number, number>
  /** How long it has waited for what it asked. */
  readonly asked: number
  /** What a listing that has begun has seen. */
  readonly seen?: Contents | undefined
  /** It has given up. */
  readonly refused?: boolean | undefined
}

export interface State {
  readonly objects: Contents
  readonly actors: ReadonlyMap<string, Actor>
  /** Each a `create` that nobody waits for any more, and that may still be done in as many moments. */
  readonly strays: readonly { readonly key: string; readonly body: string; readonly left: number }[]
  readonly lost: number
  /** How often the store was away, and whether it is. */
  readonly outages: number
  readonly away: boolean
}

export const firstState = ({ objects, actors }: Scene): State => ({
  objects: new Map(Object.entries(objects)),
  actors: new Map(
    Object.entries(actors).map(([name, start]) => [name, { node: actorTree(start), ages: new Map(), asked: 0 }]),
  ),
  strays: [],
  lost: 0,
  outages: 0,
  away: false,
})

export const resultsIn = ({ actors }: State): Results =>
  new Map(
    [...actors].flatMap(([name, { node, refused }]) => {
      if (refused === true) return [[name, 'refused'] as const]
      return 'result' in node.pending ? [[name, node.pending.result] as const] : []
    }),
  )

export interface Move {
  /** For people. */
  readonly how: string
  readonly state: State
}

/** What may happen next. */
export function* moves(scene: Scene, state: State): Generator<Move> {
  const isPrompt = (name: string): boolean => scene.prompt?.includes(name) ?? false
  let isWanted = false
  for (const [name, actor] of state.actors) {
    if (!('ask' in actor.node.pending) || actor.refused === true) continue
    const { ask } = actor.node.pending
    if (state.away && ask.ask !== 'now' && ask.ask !== 'wait') continue
    const all = [...answers(scene, state, { name, actor, ask })]
    isWanted ||= isPrompt(name) && all.length > 0
    yield* all
  }
  const { strays, objects, away, outages } = state
  // It goes away when everybody who is prompt has been answered, or others would be answered, and these never.
  if (away) yield { how: 'the store is there again', state: { ...state, away: false } }
  else if (!isWanted && outages < (scene.outages ?? 0))
    yield { how: 'the store is away', state: { ...state, away: true, outages: outages + 1 } }
  if (isWanted) return
  for (const [at, { key, body }] of strays.entries()) {
    const rest = strays.toSpliced(at, 1)
    const put = objects.has(key) ? objects : new Map(objects).set(key, body)
    yield { how: `late create ${key}`, state: { ...state, strays: rest, objects: put } }
    yield { how: `create ${key} got lost`, state: { ...state, strays: rest } }
  }
  if (strays.every(({ left }) => left > 0)) yield { how: 'time', state: later(scene, state) }
}

/** A moment later. */
function later({ longest, delay }: Scene, state: State): State {
  const older = ([name, actor]: readonly [string, Actor]): readonly [string, Actor] => {
    const { node, asked } = actor
    if ('result' in node.pending || actor.refused === true) return [name, actor]
    const ages = new Map(Array.from(actor.ages, ([at, age]) => [at, Math.min(age + 1, longest)]))
    const isSigned = node.pending.ask.ask === 'create' || node.pending.ask.ask === 'remove'
    return [name, { ...actor, ages, asked: isSigned ? Math.min(asked + 1, delay + 1) : 0 }]
  }
  const strays = state.strays.map((stray) => ({ ...stray, left: stray.left - 1 }))
  return { ...state, strays, actors: new Map([...state.actors].map(older)) }
}

interface Asked {
  readonly name: string
  readonly actor: Actor
  readonly ask: ModelAsk
}

/** What one actor may be answered. */
function* answers(scene: Scene, state: State, { name, actor, ask }: Asked): Generator<Move> {
  const { objects, lost, strays } = state
  const { node, ages, asked, seen } = actor
  const withActor = (changed: Actor): ReadonlyMap<string, Actor> => new Map(state.actors).set(name, changed)
  // The store refuses what was signed so long ago, and whoever asked gives up.
  if ((ask.ask === 'create' || ask.ask === 'remove') && asked > scene.delay) {
    yield {
      how: `${name} ${ask.ask} ${ask.key}: refused`,
      state: { ...state, actors: withActor({ ...actor, refused: true }) },
    }
    return
  }
  const answered = (answer: unknown, more: Partial<State> = {}, known = ages): State => {
    let next: Actor = { node: node.after(answer), ages: known, asked: 0 }
    // How old something is is known at once: whoever stands still afterwards is late with what follows.
    for (let told = aged(next); told !== undefined; told = aged(next)) next = told
    return { ...state, ...more, actors: withActor('result' in next.node.pending ? { ...next, ages: new Map() } : next) }
  }
  if (ask.ask === 'now') {
    // Nobody knows what time it is: it is told how often it has asked.
    const at = Math.max(-1, ...ages.keys()) + 1
    const thinksOf = scene.remembered?.[name] ?? 3
    const kept = new Map([...[...ages].slice(...(thinksOf === 1 ? [ages.size] : [1 - thinksOf])), [at, 0] as const])
    yield { how: `${name} begins`, state: answered(at, {}, kept) }
  } else if (ask.ask === 'wait') {
    if ((ages.get(ask.since) ?? 0) >= ask.forMs) yield { how: `${name} has waited`, state: answered(undefined) }
  } else if (ask.ask === 'older') throw new Error('this is answered at once')
  else if (ask.ask === 'get') {
    const body = objects.get(ask.key)
    yield { how: `${name} get ${ask.key} = ${body ?? 'nothing'}`, state: answered(body) }
  } else if (ask.ask === 'put')
    yield {
      how: `${name} put ${ask.key}`,
      state: answered(undefined, { objects: new Map(objects).set(ask.key, ask.body) }),
    }
  else if (ask.ask === 'remove') {
    const left = new Map(objects)
    left.delete(ask.key)
    yield { how: `${name} remove ${ask.key}`, state: answered(undefined, { objects: left }) }
  } else if (ask.ask === 'list') {
    const there = new Map([...objects].filter(([key]) => key.startsWith(ask.prefix)))
    if (scene.slowListings === true && seen === undefined)
      yield {
        how: `${name} begins to list ${ask.prefix}`,
        state: { ...state, actors: withActor({ ...actor, seen: there }) },
      }
    else
      for (const keys of listings(seen ?? there, there))
        yield { how: `${name} listed ${keys.join(' ')}`, state: answered(listed(keys)) }
  } else {
    const { key, body } = ask
    const isThere = objects.has(key)
    const done = isThere ? objects : new Map(objects).set(key, body)
    const told = isThere ? 'exists' : 'created'
    yield { how: `${name} create ${key}: ${told}`, state: answered(told, { objects: done }) }
    if (lost >= scene.losses) return
    const more = { lost: lost + 1 }
    if (!isThere)
      yield { how: `${name} create ${key}: done, answer lost`, state: answered('unclear', { ...more, objects: done }) }
    const stray = { key, body, left: scene.delay - asked }
    yield {
      how: `${name} create ${key}: no answer yet`,
      state: answered('unclear', { ...more, strays: [...strays, stray] }),
    }
  }
}

function aged({ node, ages, asked }: Actor): Actor | undefined {
  if ('result' in node.pending || node.pending.ask.ask !== 'older') return undefined
  const { since, forMs } = node.pending.ask
  return { node: node.after((ages.get(since) ?? 0) > forMs), ages, asked }
}

const listed = (keys: readonly string[]): readonly ListedKey[] => keys.toSorted().map((key) => ({ key, size: 1 }))

/** What a listing may show that began with `before` there and ended with `after`. */
function listings(before: Contents, after: Contents): readonly (readonly string[])[] {
  const sure = [...before.keys()].filter((key) => after.has(key))
  const unsure = [...before.keys(), ...after.keys()].filter((key) => before.has(key) !== after.has(key))
  return Array.from({ length: 2 ** unsure.length }, (_, bits) => [
    ...sure,
    ...unsure.filter((__, at) => ((bits >> at) & 1) === 1),
  ])
}
