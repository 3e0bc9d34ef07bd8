import { printable } from '@lading/errors'
import { itemPath, memberPath } from '../json/json-path.ts'
import { OddNumber } from '../json/json-value.ts'
import { ManifestError, type ManifestErrorCode } from '../manifest-error.ts'
import { foldName } from './fold-name.ts'
import { type KnownNames, refuseFoldedDuplicates } from './known-names.ts'

type JsonRecord = Readonly<Record<string, unknown>>

/**
 * One JSON object, read member by member. As Go's decoders have it, a member that is `null` is absent, and where a text
 * stands in a list or a map, `null` is the empty one.
 */
export interface Members {
  readonly path: string
  has(name: string): boolean
  /** Also where it is `null`. */
  mentions(name: string): boolean
  /** In any spelling that Go's decoders would take for it, `null` apart. */
  hasFolded(name: string): boolean
  /** The member as it is; `undefined` when absent. */
  value(name: string): unknown
  text(name: string): string
  optionalText(name: string): string | undefined
  /** A safe integer, never negative. */
  count(name: string): number
  flag(name: string): boolean
  optionalFlag(name: string): boolean | undefined
  /** A safe integer of either sign. */
  optionalInteger(name: string): number | undefined
  list(name: string, most: number): readonly unknown[]
  /** Empty where it is absent: an empty slice that nobody made is `null` to Go's encoder, or left out. */
  listOrNone(name: string, most: number): readonly unknown[]
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
export function readMembers(value: unknown, path: string, code: ManifestErrorCode, known: KnownNames): Members {
  if (!isObject(value))
    throw new ManifestError(code, `${path} is ${kindOf(value)}, not an object`, {
      at: path,
      expected: 'object',
      actual: kindOf(value),
    })
  refuseFoldedDuplicates(value, path, known)
  return new ObjectMembers(value, path, code)
}

// A class, and not a factory of closures: a manifest has an object for each layer, and a dozen closures for each cost more than
// its text takes to parse.
class ObjectMembers implements Members {
  readonly path: string
  readonly #object: JsonRecord
  readonly #code: ManifestErrorCode

  constructor(object: JsonRecord, path: string, code: ManifestErrorCode) {
    this.#object = object
    this.path = path
    this.#code = code
  }

  value(name: string): unknown {
    return Object.hasOwn(this.#object, name) ? (this.#object[name] ?? undefined) : undefined
  }

  has(name: string): boolean {
    return this.value(name) !== undefined
  }

  mentions(name: string): boolean {
    return Object.hasOwn(this.#object, name)
  }

  hasFolded(name: string): boolean {
    const wanted = foldName(name)
    return Object.keys(this.#object).some((other) => (other === name || foldName(other) === wanted) && this.has(other))
  }

  pathOf(name: string): string {
    return memberPath(this.path, name)
  }

  fail(name: string, what: string, options: { readonly cause?: unknown } = {}): never {
    throw new ManifestError(this.#code, `${this.pathOf(name)} ${what}`, { at: this.pathOf(name), ...options })
  }

  text(name: string): string {
    return this.optionalText(name) ?? this.fail(name, 'is missing')
  }

  optionalText(name: string): string | undefined {
    const found = this.value(name)
    return found === undefined || typeof found === 'string' ? found : this.#wrong(this.pathOf(name), 'a string', found)
  }

  count(name: string): number {
    const found = this.value(name)
    if (found === undefined) return this.fail(name, 'is missing')
    return typeof found === 'number' ? found : this.#wrong(this.pathOf(name), 'an integer from 0 to 2^53 - 1', found)
  }

  flag(name: string): boolean {
    return this.optionalFlag(name) ?? false
  }

  optionalFlag(name: string): boolean | undefined {
    const found = this.value(name)
    return found === undefined || typeof found === 'boolean'
      ? found
      : this.#wrong(this.pathOf(name), 'true or false', found)
  }

  optionalInteger(name: string): number | undefined {
    const found = this.value(name)
    const value =
      found instanceof OddNumber && /^-[1-9][0-9]{0,15}$/.test(found.written) ? Number(found.written) : found
    return value === undefined || Number.isSafeInteger(value)
      ? (value as number | undefined)
      : this.#wrong(this.pathOf(name), 'an integer of at most 2^53 - 1', found)
  }

  list(name: string, most: number): readonly unknown[] {
    return this.has(name) ? this.listOrNone(name, most) : this.fail(name, 'is missing')
  }

  listOrNone(name: string, most: number): readonly unknown[] {
    const found = this.#optionalArray(name) ?? []
    if (found.length > most) {
      throw new ManifestError(
        'TOO_LARGE',
        `${this.pathOf(name)} has ${found.length} entries; at most ${most} are read`,
        {
          at: this.pathOf(name),
          expected: most,
          actual: found.length,
          hint: 'raise the limit if you trust the source',
        },
      )
    }
    return found
  }

  optionalTexts(name: string): readonly string[] | undefined {
    return this.#optionalArray(name)?.map((item, index) => this.#textOrEmpty(item, itemPath(this.pathOf(name), index)))
  }

  optionalMap(name: string): Readonly<Record<string, string>> | undefined {
    const found = this.#optionalObject(name)
    if (found === undefined) return undefined
    const map = Object.create(null) as Record<string, string>
    for (const [key, text] of Object.entries(found))
      map[key] = this.#textOrEmpty(text, memberPath(this.pathOf(name), key))
    return map
  }

  optionalNames(name: string): readonly string[] | undefined {
    const found = this.#optionalObject(name)
    return found === undefined ? undefined : Object.keys(found)
  }

  #textOrEmpty(value: unknown, at: string): string {
    if (value === null) return ''
    return typeof value === 'string' ? value : this.#wrong(at, 'a string', value)
  }

  #optionalArray(name: string): readonly unknown[] | undefined {
    const found = this.value(name)
    return found === undefined || Array.isArray(found) ? found : this.#wrong(this.pathOf(name), 'an array', found)
  }

  #optionalObject(name: string): JsonRecord | undefined {
    const found = this.value(name)
    return found === undefined || isObject(found) ? found : this.#wrong(this.pathOf(name), 'an object', found)
  }

  #wrong(at: string, expected: string, found: unknown): never {
    throw new ManifestError(this.#code, `${at} is ${kindOf(found)}, not ${expected}`, {
      at,
      expected,
      actual: kindOf(found),
    })
  }
}

function isObject(value: unknown): value is JsonRecord {
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
