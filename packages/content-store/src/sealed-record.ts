import { hexOf } from '@lading/digest'
import { digestOf } from '@lading/digest/hash'

/** Of the digest of the other members: enough that no disk hits upon it by chance. */
const sumDigits = 16

/** One line of JSON, with a sum of all that is in it: a digit that a disk has changed is noticed. */
export function sealRecord(members: Readonly<Record<string, unknown>>): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify({ ...members, sum: sumOf(members) })}\n`)
}

/** The members of a record. None of what is no JSON object, or no longer what was written. Without a sum (earlier versions wrote none) it is taken as it is. */
export function openRecord(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const document: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    if (typeof document !== 'object' || document === null) return {}
    const { sum, ...members } = document as Readonly<Record<string, unknown>>
    if (sum === undefined) return Object.values(members).some(isSum) ? {} : members
    return sum === sumOf(members) ? members : {}
  } catch {
    return {}
  }
}

/** Nothing else in a record looks like it: under another name it is one whose name the disk has changed. */
const isSum = (value: unknown): boolean => typeof value === 'string' && /^[0-9a-f]{16}$/.test(value)

const sumOf = (members: Readonly<Record<string, unknown>>): string =>
  hexOf(digestOf(new TextEncoder().encode(JSON.stringify(members)))).slice(0, sumDigits)
