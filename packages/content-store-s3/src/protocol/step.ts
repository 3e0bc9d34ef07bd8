/** A key, as a listing shows it. */
export interface ListedKey {
  readonly key: string
  /** In bytes. */
  readonly size: number
}

/**
 * What a step of the protocol asks of the store, or of the monotonic clock. Steps are generators, so that the tests can
 * run the same steps through every order in which a store may answer: see `test/model`.
 */
export type Ask =
  /** Where nothing is. `unclear`: no answer came, and it may be done, or be done later. */
  | { readonly ask: 'create'; readonly key: string; readonly body: string }
  | { readonly ask: 'get'; readonly key: string }
  /** In the order of the keys. Of what changes meanwhile each key may be shown or not. */
  | { readonly ask: 'list'; readonly prefix: string }
  | { readonly ask: 'remove'; readonly key: string }
  | { readonly ask: 'now' }
  /** Whether more than `forMs` have passed since a `now` of this step. */
  | { readonly ask: 'older'; readonly since: number; readonly forMs: number }

export type Step<T> = Generator<Ask, T, unknown>

export type Created = 'created' | 'exists' | 'unclear'

export function* create(key: string, body: string): Step<Created> {
  return (yield { ask: 'create', key, body }) as Created
}

export function* get(key: string): Step<string | undefined> {
  return (yield { ask: 'get', key }) as string | undefined
}

export function* list(prefix: string): Step<readonly ListedKey[]> {
  return (yield { ask: 'list', prefix }) as readonly ListedKey[]
}

export function* remove(key: string): Step<void> {
  yield { ask: 'remove', key }
}

/** In milliseconds. */
export function* now(): Step<number> {
  return (yield { ask: 'now' }) as number
}

export function* isOlder({ since, forMs }: Basis): Step<boolean> {
  return (yield { ask: 'older', since, forMs }) as boolean
}

/** What something rests on: a look at the store, which counts for so long. In milliseconds, by the monotonic clock. */
export interface Basis {
  readonly since: number
  readonly forMs: number
}
