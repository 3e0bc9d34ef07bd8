import type { Quirks } from '../quirks.ts'
import { checkQuirks } from './check-quirks.ts'

/** The quirks of a registry that runs. */
export interface QuirkBoard {
  /** As they are now; the same object at all times. */
  readonly current: Quirks
  /**
   * From the next request on; `null` takes one back to its default.
   *
   * @throws TestRegistryError `OPTION_INVALID`; nothing is changed then
   */
  set(changes: QuirkChanges): void
  /** As they were at the start. */
  reset(): void
}

export type QuirkChanges = { readonly [Name in keyof Quirks]: Quirks[Name] | null }

/** @throws TestRegistryError `OPTION_INVALID` */
export function createQuirkBoard(initial: Quirks): QuirkBoard {
  checkQuirks(initial)
  const current: Record<string, unknown> = { ...initial }
  return {
    current,
    set(changes) {
      const given = typeof changes === 'object' && changes !== null ? Object.entries(changes) : []
      checkQuirks(
        given.length === 0 ? changes : Object.fromEntries(given.map(([name, value]) => [name, value ?? undefined])),
      )
      for (const [name, value] of given)
        if (value === null) Reflect.deleteProperty(current, name)
        else if (value !== undefined) current[name] = value
    },
    reset() {
      for (const name of Object.keys(current)) Reflect.deleteProperty(current, name)
      Object.assign(current, initial)
    },
  }
}
