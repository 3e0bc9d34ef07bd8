import type { Value } from './value.ts'

/** The variables of a template, as far as a block sees them. */
export interface Scope {
  has(name: string): boolean
  get(name: string): Value
  declare(name: string, value: Value): void
  /** `false`: there is none. */
  assign(name: string, value: Value): boolean
  inner(): Scope
}

/** `$` is what the template was given. */
export function createScope(root: Value): Scope {
  return scopeOf(new Map([['$', root]]), undefined)
}

function scopeOf(own: Map<string, Value>, outer: Scope | undefined): Scope {
  const scope: Scope = {
    has: (name) => own.has(name) || outer?.has(name) === true,
    get: (name) => (own.has(name) ? own.get(name) : outer?.get(name)),
    declare: (name, value) => void own.set(name, value),
    assign(name, value) {
      if (!own.has(name)) return outer?.assign(name, value) === true
      own.set(name, value)
      return true
    },
    inner: () => scopeOf(new Map(), scope),
  }
  return scope
}
