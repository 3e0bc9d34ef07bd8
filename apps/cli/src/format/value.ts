/**
 * What a template sees, as Go's text/template sees it: what is printed, what is true and what `index` gives for an absent
 * key depend on the type in Go, so that maps and structs are told apart here.
 */
export type Value = undefined | null | string | number | boolean | List | Dictionary | Struct

export type List = readonly Value[]

/** A Go map by text. */
export interface Dictionary {
  readonly kind: 'map'
  readonly entries: ReadonlyMap<string, Value>
  /** What `index` gives for a key that is not there. */
  readonly zero: Value
  /** A map that nobody made: `null` in JSON. */
  readonly isNil: boolean
}

export interface Struct {
  readonly kind: 'struct'
  readonly fields: ReadonlyMap<string, Value>
  /** The fields that are printed, in this order. */
  readonly printed: readonly string[]
  /** Those of them that JSON shows. */
  readonly shown: readonly string[]
}

/** A slice that nobody made: empty, and `null` in JSON. */
export const nilList: List = []

export const isList = (value: Value): value is List => Array.isArray(value)

export function dictionary(
  entries: Iterable<readonly [string, Value]> | undefined,
  { zero }: { readonly zero?: Value } = {},
): Dictionary {
  return { kind: 'map', entries: new Map(entries ?? []), zero, isNil: entries === undefined }
}

/**
 * @param options.omitEmpty fields that JSON leaves out where they are empty
 * @param options.beside fields that templates find and JSON does not show
 */
export function struct(
  fields: Readonly<Record<string, Value>>,
  {
    omitEmpty = [],
    beside = {},
  }: { readonly omitEmpty?: readonly string[]; readonly beside?: Readonly<Record<string, Value>> } = {},
): Struct {
  const isShown = (name: string): boolean => !omitEmpty.includes(name) || isTrue(fields[name])
  return {
    kind: 'struct',
    fields: new Map([...Object.entries(beside), ...Object.entries(fields)]),
    printed: Object.keys(fields),
    shown: Object.keys(fields).filter(isShown),
  }
}

/** What `JSON.parse` gave. Members that are `undefined` are not there. */
export function fromJson(value: unknown): Value {
  if (value === null || value === undefined) return null
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  if (Array.isArray(value)) return value.map(fromJson)
  if (typeof value !== 'object') return null
  return dictionary(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => [name, fromJson(member)] as const),
  )
}

/** Go's truth: what is empty is false, a struct is always true. */
export function isTrue(value: Value): boolean {
  if (typeof value !== 'object' || value === null) return Boolean(value)
  return isList(value) ? value.length > 0 : value.kind === 'struct' || value.entries.size > 0
}

/** In the words of an error. */
export function typeOf(value: Value): string {
  if (value === undefined || value === null) return 'nothing'
  if (typeof value === 'string') return 'a string'
  if (typeof value === 'number') return 'a number'
  if (typeof value === 'boolean') return 'true or false'
  return isList(value) ? 'a list' : value.kind === 'map' ? 'a map' : 'an object'
}

/** Go orders the keys of a map by their bytes. */
export const sortedEntries = ({ entries }: Dictionary): readonly (readonly [string, Value])[] =>
  [...entries].toSorted(([one], [other]) => Buffer.compare(Buffer.from(one), Buffer.from(other)))
