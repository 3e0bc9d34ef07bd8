import type { Objects } from '../objects.ts'

/** One request to a store; a list is one for each page. */
export interface ObjectsRequest {
  readonly operation: keyof Objects
  /** Or the prefix of a list. */
  readonly key: string
  /** Of this client, from 1. */
  readonly nth: number
}

/** What goes wrong with a request. */
export type Fault =
  /** HTTP 503: nothing happened. */
  | 'busy'
  /** HTTP 409, which answers a conditional request beside another: nothing happened. */
  | 'conflict'
  /** Nothing happened, and no answer comes. */
  | 'lost'
  /** It took effect, and no answer comes. */
  | 'answer lost'
  /** Nothing happens, for good: the process was suspended before it. */
  | 'stopped'
  /** It took effect, and the process was suspended before it knew. */
  | 'stopped after'

/** Asked before each request; `undefined`: it is answered. It may take its time, so that requests overtake each other. */
export type Faults = (request: ObjectsRequest) => Fault | undefined | Promise<Fault | undefined>

export interface RandomFaultsOptions {
  /** Chances of each fault, 0 to 1. Default none. */
  readonly chances?: { readonly [Kind in Exclude<Fault, 'stopped' | 'stopped after'>]?: number | undefined } | undefined
  /** Each request waits for up to so many turns of the event loop, so that of several any may be first. Default 0. */
  readonly delays?: number | undefined
  /** Default `Math.random`. */
  readonly random?: (() => number) | undefined
}

export function randomFaults({ chances = {}, delays = 0, random = Math.random }: RandomFaultsOptions): Faults {
  return async ({ operation }) => {
    for (let turns = Math.floor(random() * (delays + 1)); turns > 0; turns--)
      await new Promise((resolve) => void setImmediate(resolve))
    for (const kind of ['busy', 'conflict', 'lost', 'answer lost'] as const)
      if (random() < (chances[kind] ?? 0) && (kind !== 'conflict' || operation === 'create')) return kind
    return undefined
  }
}

/** The same numbers for the same seed, each in [0, 1). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
