import { goJson } from './go-json.ts'
import { isOrdered, isSame } from './compare.ts'
import { printAll, printValue } from './print-value.ts'
import { printf } from './printf.ts'
import { Unsuitable } from './unsuitable.ts'
import { isList, isTrue, nilList, typeOf, type List, type Value } from './value.ts'

interface TemplateFunction {
  readonly least: number
  readonly most: number
  readonly call: (...args: readonly Value[]) => Value
  /** A value behind which no other is looked at: it is what the function gives. */
  readonly isEnough?: (value: Value) => boolean
}

export type Functions = ReadonlyMap<string, TemplateFunction>

const any = Number.POSITIVE_INFINITY
const fixed = (values: number, call: TemplateFunction['call']): TemplateFunction => ({
  least: values,
  most: values,
  call,
})

/** Go's own functions without `call`, `html` and `js`, and those of docker. */
export const functions: Functions = new Map<string, TemplateFunction>([
  ['and', { least: 1, most: any, call: (...all) => all.at(-1), isEnough: (value) => !isTrue(value) }],
  ['or', { least: 1, most: any, call: (...all) => all.at(-1), isEnough: isTrue }],
  ['not', fixed(1, (value) => !isTrue(value))],
  ['eq', { least: 2, most: any, call: (one, ...others) => others.some((other) => isSame(one, other)) }],
  ['ne', fixed(2, (one, other) => !isSame(one, other))],
  ['lt', fixed(2, (one, other) => isOrdered(one, other))],
  ['le', fixed(2, (one, other) => isOrdered(one, other) || isSame(one, other))],
  ['gt', fixed(2, (one, other) => isOrdered(other, one))],
  ['ge', fixed(2, (one, other) => isOrdered(other, one) || isSame(one, other))],
  ['len', fixed(1, length)],
  ['index', { least: 1, most: any, call: (value, ...keys) => keys.reduce<Value>(at, value) }],
  ['slice', { least: 1, most: 3, call: slice }],
  ['print', { least: 0, most: any, call: (...all) => printAll(all) }],
  ['println', { least: 0, most: any, call: (...all) => `${all.map(printValue).join(' ')}\n` }],
  ['printf', { least: 1, most: any, call: (format, ...all) => printf(text(format), all) }],
  ['urlquery', { least: 0, most: any, call: (...all) => encodeURIComponent(printAll(all)).replaceAll('%20', '+') }],
  ['json', fixed(1, (value) => goJson(value))],
  ['join', fixed(2, (value, separator) => list(value).map(text).join(text(separator)))],
  ['split', fixed(2, (value, separator) => split(text(value), text(separator)))],
  ['lower', fixed(1, (value) => text(value).toLowerCase())],
  ['upper', fixed(1, (value) => text(value).toUpperCase())],
  [
    'title',
    fixed(1, (value) => text(value).replaceAll(/(?<![\p{L}\p{N}_'])\p{L}/gu, (letter) => letter.toUpperCase())),
  ],
  ['pad', fixed(3, (value, before, after) => pad(text(value), count(before), count(after)))],
  ['truncate', fixed(2, (value, most) => Array.from(text(value)).slice(0, count(most)).join(''))],
])

function text(value: Value): string {
  if (typeof value !== 'string') throw new Unsuitable(`takes a string, not ${typeOf(value)}`)
  return value
}

function list(value: Value): List {
  if (value === null || value === undefined || isList(value)) return value ?? nilList
  throw new Unsuitable(`takes a list, not ${typeOf(value)}`)
}

function count(value: Value): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw new Unsuitable(`takes a whole number from 0, not ${typeOf(value)}`)
  return value
}

const split = (value: string, separator: string): List =>
  separator === '' ? Array.from(value) : value.split(separator)

function pad(value: string, before: number, after: number): string {
  if (before + after > 10_000) throw new Unsuitable('takes no more than 10000 blanks')
  return value === '' ? '' : `${' '.repeat(before)}${value}${' '.repeat(after)}`
}

function length(value: Value): number {
  // Go counts the bytes of a text.
  if (typeof value === 'string') return Buffer.byteLength(value)
  if (isList(value)) return value.length
  if (typeof value === 'object' && value !== null && value.kind === 'map') return value.entries.size
  throw new Unsuitable(`takes a string, a list or a map, not ${typeOf(value)}`)
}

function at(value: Value, key: Value): Value {
  if (typeof value === 'string' || isList(value)) {
    const items: ArrayLike<Value> = typeof value === 'string' ? Buffer.from(value) : value
    if (typeof key !== 'number') throw new Unsuitable(`takes a number for ${typeOf(value)}, not ${typeOf(key)}`)
    if (!(key in items)) throw new Unsuitable(`is out of range: ${key} of ${items.length}`)
    return items[key]
  }
  if (typeof value !== 'object' || value === null || value.kind !== 'map')
    throw new Unsuitable(`takes a list or a map, not ${typeOf(value)}`)
  const name = text(key)
  return value.entries.has(name) ? value.entries.get(name) : value.zero
}

function slice(value: Value, from: Value = 0, to?: Value): Value {
  if (typeof value === 'string') {
    const bytes = Buffer.from(value)
    return bytes.subarray(...rangeIn(bytes, from, to)).toString()
  }
  if (isList(value)) return value.slice(...rangeIn(value, from, to))
  throw new Unsuitable(`takes a string or a list, not ${typeOf(value)}`)
}

function rangeIn({ length: all }: ArrayLike<unknown>, from: Value, to: Value): [start: number, end: number] {
  const start = count(from)
  const end = to === undefined ? all : count(to)
  if (start > end || end > all) throw new Unsuitable(`is out of range: ${start} to ${end} of ${all}`)
  return [start, end]
}

/** In the headings of a table docker's own functions leave a heading as it is. */
export const headingFunctions: Functions = new Map([
  ...functions,
  ...['json', 'join', 'split', 'lower', 'upper', 'title', 'pad', 'truncate'].map((name): [string, TemplateFunction] => [
    name,
    { least: 1, most: any, call: (value) => value },
  ]),
])
