import { isList, sortedEntries, type Value } from './value.ts'

/** As Go's `fmt.Print` writes it. What is not there at all is `<no value>`. */
export function printValue(value: Value): string {
  return value === undefined ? '<no value>' : inside(value)
}

function inside(value: Value): string {
  if (value === undefined || value === null) return '<nil>'
  if (typeof value !== 'object') return String(value)
  if (isList(value)) return `[${value.map(inside).join(' ')}]`
  if (value.kind === 'map')
    return `map[${sortedEntries(value)
      .map(([key, each]) => `${key}:${inside(each)}`)
      .join(' ')}]`
  return `{${value.printed.map((name) => inside(value.fields.get(name))).join(' ')}}`
}

/** As Go's `fmt.Sprint`: a blank between two of which neither is a text. */
export function printAll(values: readonly Value[]): string {
  return values.reduce<string>((all, value, at) => {
    const isApart = at > 0 && typeof value !== 'string' && typeof values[at - 1] !== 'string'
    return `${all}${isApart ? ' ' : ''}${printValue(value)}`
  }, '')
}
