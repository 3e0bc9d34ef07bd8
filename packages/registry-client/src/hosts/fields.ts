import { printable } from '@lading/errors'
import { invalid, type Place } from './hosts-error.ts'

/** The members of one table, checked as they are read. */
export interface Fields {
  readonly place: Place
  string(name: string): string | undefined
  boolean(name: string): boolean | undefined
  strings(name: string): readonly string[] | undefined
  /** A list of tables. */
  tables(name: string): readonly Fields[]
  /** A table's own members, as tables, in the order of the file. */
  entries(name: string): readonly (readonly [name: string, fields: Fields])[]
  /** As it is, for what may have several forms. */
  value(name: string): unknown
}

/** @throws HostsError `HOSTS_FILE_INVALID` naming file and member, by each reader */
export function fieldsOf(table: unknown, place: Place): Fields {
  if (!isTable(table)) throw invalid(place, `it must be a table, and is ${kindOf(table)}`)
  const at = (name: string): Place => ({ file: place.file, rule: place.rule === '' ? name : `${place.rule} ${name}` })
  // `Object.hasOwn`: `constructor` is a name like any other.
  const value = (name: string): unknown => (Object.hasOwn(table, name) ? table[name] : undefined)
  const typed = <T>(name: string, what: string, is: (given: unknown) => given is T): T | undefined => {
    const given = value(name)
    if (given === undefined || is(given)) return given
    throw invalid(at(name), `it must be ${what}, and is ${kindOf(given)}`)
  }
  return {
    place,
    value,
    string: (name) => typed(name, 'a text', isString),
    boolean: (name) => typed(name, 'true or false', (given): given is boolean => typeof given === 'boolean'),
    strings: (name) => typed(name, 'a list of texts', isStrings),
    tables: (name) =>
      (typed(name, 'a list of tables', (given): given is unknown[] => Array.isArray(given)) ?? []).map((each, index) =>
        fieldsOf(each, { file: place.file, rule: `${at(name).rule}[${index}]` }),
      ),
    entries: (name) =>
      Object.entries(typed(name, 'a table', isTable) ?? {}).map(
        ([key, each]) =>
          [key, fieldsOf(each, { file: place.file, rule: `[${name}."${printable(key, 200)}"]` })] as const,
      ),
  }
}

const isString = (given: unknown): given is string => typeof given === 'string'
const isStrings = (given: unknown): given is readonly string[] => Array.isArray(given) && given.every(isString)

function isTable(given: unknown): given is Readonly<Record<string, unknown>> {
  return typeof given === 'object' && given !== null && !Array.isArray(given) && !(given instanceof Date)
}

function kindOf(given: unknown): string {
  if (Array.isArray(given)) return 'a list'
  if (given instanceof Date) return 'a date'
  if (given === null) return 'null'
  return typeof given === 'object' ? 'a table' : `a ${typeof given}`
}
