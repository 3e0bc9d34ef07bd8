import { isList, nilList, sortedEntries, type Value } from './value.ts'

/** JSON on one line as Go writes it: keys of maps sorted, nil lists and maps as `null`, nothing escaped for HTML. */
export function goJson(value: Value): string {
  if (value === undefined || value === null) return 'null'
  if (typeof value !== 'object')
    return JSON.stringify(value).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')
  if (isList(value)) return value === nilList ? 'null' : `[${value.map(goJson).join(',')}]`
  if (value.kind === 'map') return value.isNil ? 'null' : object(sortedEntries(value))
  return object(value.shown.map((name) => [name, value.fields.get(name)] as const))
}

const object = (members: readonly (readonly [string, Value])[]): string =>
  `{${members.map(([name, value]) => `${goJson(name)}:${goJson(value)}`).join(',')}}`
