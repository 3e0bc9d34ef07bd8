import { printable } from '@lading/errors'
import { itemPath, memberPath } from '../json/json-path.ts'
import { OddNumber } from '../json/json-value.ts'
import { ManifestError, type ManifestErrorCode } from '../manifest-error.ts'
import { foldName } from './fold-name.ts'

/** One JSON object, read member by member. `null` is absent everywhere, as Go's decoders have it. */
export interface Members {
  readonly path: string
  has(name: string): boolean
  /** In any spelling that Go's decoders would take for it, `null` apart. */
  hasFolded(name: string): boolean
  /** The member as it is; `undefined` when absent. */
  value(name: string): unknown
  text(name: string): string
  optionalText(name: string): string | undefined
  /** A safe integer, never negative. */
  count(name: string): number
  flag(name: string): boolean
  list(name: string, most: number): readonly unknown[]
  optionalTexts(name: string): readonly string[] | undefined
  optionalMap(name: string): Readonly<Record<string, string>> | undefined
  /** The names in a map whose values say nothing (`ExposedPorts`). */
  optionalNames(name: string): readonly string[] | undefined
  pathOf(name: string): string
  fail(name: string, what: string, options?: { readonly cause?: unknown }): never
}

/**
 * @param known the members that decoders of this structure interpret: a second spelling of one of them is refused
 * @throws ManifestError `code`, or `JSON_DUPLICATE` for members that differ in case only
 */
export function readMembers(value: unknown, path: string, code: ManifestErrorCode, known: readonly string[]): Members {
  if (!isObject(value)) throw new ManifestError(code, `${path} is ${kindOf(value)}, not an object`, { at: path, expected: 'object', actual: kindOf(value) })
  const object = value
  refuseFoldedDuplicates(object, path, known)

  const read = (name: string): unknown => object[name] ?? undefined
  const pathOf = (name: string): string => memberPath(path, name)
  function fail(name: string, what: string, options: { readonly cause?: unknown } = {}): never {
    throw new ManifestError(code, `${pathOf(name)} ${what}`, { at: pathOf(name), ...options })
  }
  function wrong(at: string, expected: string, found: unknown): never {
    throw new ManifestError(code, `${at} is ${kindOf(found)}, not ${expected}`, { at, expected, actual: kindOf(found) })
  }
  function optionalText(name: string): string | undefined {
    const found = read(name)
    if (found === undefined || typeof found === 'string') return found
    return wrong(pathOf(name), 'a string', found)
  }
  function optionalObject(name: string): Readonly<Record<string, unknown>> | undefined {
    const found = read(name)
    if (found === undefined || isObject(found)) return found
    return wrong(pathOf(name), 'an object', found)
  }

  return {
    path,
    pathOf,
    fail,
    optionalText,
    value: read,
    has: (name) => read(name) !== undefined,
    hasFolded: (name) => Object.keys(object).some((other) => foldName(other) === foldName(name) && read(other) !== undefined),
    text: (name) => optionalText(name) ?? fail(name, 'is missing'),
    count(name) {
      const found = read(name)
      if (found === undefined) return fail(name, 'is missing')
      return typeof found === 'number' ? found : wrong(pathOf(name), 'an integer from 0 to 2^53 - 1', found)
    },
    flag(name) {
      const found = read(name) ?? false
      return typeof found === 'boolean' ? found : wrong(pathOf(name), 'true or false', found)
    },
    list(name, most) {
      const found = read(name)
      if (found === undefined) return fail(name, 'is missing')
      if (!Array.isArray(found)) return wrong(pathOf(name), 'an array', found)
      if (found.length > most) {
        throw new ManifestError('TOO_LARGE', `${pathOf(name)} has ${found.length} entries; at most ${most} are read`, { at: pathOf(name), expected: most, actual: found.length, hint: 'raise the limit if you trust the source' })
      }
      return found
    },
    optionalTexts(name) {
      const found = read(name)
      if (found === undefined) return undefined
      if (!Array.isArray(found)) return wrong(pathOf(name), 'an array', found)
      return found.map((item: unknown, index) => (typeof item === 'string' ? item : wrong(itemPath(pathOf(name), index), 'a string', item)))
    },
    optionalMap(name) {
      const found = optionalObject(name)
      if (found === undefined) return undefined
      const map = Object.create(null) as Record<string, string>
      for (const [key, text] of Object.entries(found)) map[key] = typeof text === 'string' ? text : wrong(memberPath(pathOf(name), key), 'a string', text)
      return map
    },
    optionalNames(name) {
      const found = optionalObject(name)
      return found === undefined ? undefined : Object.keys(found)
    },
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof OddNumber)
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (value instanceof OddNumber) return `the number ${printable(value.written, 40)}`
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'number') return `the number ${value}`
  if (typeof value === 'string') return value === '' ? 'an empty string' : 'a string'
  return typeof value === 'boolean' ? String(value) : 'an object'
}

// Go's decoders fold case when they look a member up: with `layers` and `Layers` in one object, two readers see two images.
function refuseFoldedDuplicates(object: Readonly<Record<string, unknown>>, path: string, known: readonly string[]): void {
  const seen = new Map(known.map((name) => [foldName(name), undefined as string | undefined]))
  for (const name of Object.keys(object)) {
    const folded = foldName(name)
    if (!seen.has(folded)) continue
    const other = seen.get(folded)
    if (other !== undefined) {
      throw new ManifestError('JSON_DUPLICATE', `${path} has both "${printable(other, 64)}" and "${printable(name, 64)}"`, {
        at: memberPath(path, name),
        hint: 'two readers of this document may see different content; have it built again',
      })
    }
    seen.set(folded, name)
  }
}
