import { Unsuitable } from './unsuitable.ts'
import { typeOf, type Value } from './value.ts'

/** Go compares texts, numbers and truth values with their like, and anything with nothing. */
export function isSame(one: Value, other: Value): boolean {
  const absent = [one, other].filter((value) => value === null || value === undefined)
  if (absent.length > 0) return absent.length === 2
  if (isBasic(one) && isBasic(other) && typeof one === typeof other) return one === other
  throw incomparable(one, other)
}

/** Whether the first comes before the other. */
export function isOrdered(one: Value, other: Value): boolean {
  if (typeof one === 'number' && typeof other === 'number') return one < other
  if (typeof one === 'string' && typeof other === 'string')
    return Buffer.compare(Buffer.from(one), Buffer.from(other)) < 0
  throw incomparable(one, other)
}

const isBasic = (value: Value): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'

const incomparable = (one: Value, other: Value): Unsuitable =>
  new Unsuitable(`cannot compare ${typeOf(one)} with ${typeOf(other)}`)
