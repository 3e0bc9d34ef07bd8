import { printable } from '@lading/errors'
import { TestRegistryError } from '../error.ts'
import type { Quirks } from '../quirks.ts'
import { quirkTable, type QuirkValue } from './quirk-table.ts'

const whole = (value: unknown, least: number, most: number): boolean =>
  Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most

function fits(value: unknown, wanted: QuirkValue): boolean {
  switch (wanted.kind) {
    case 'flag':
      return typeof value === 'boolean'
    case 'number':
      return whole(value, wanted.least, wanted.most)
    case 'numbers':
      return Array.isArray(value) && value.length <= 100 && value.every((one) => whole(one, wanted.least, wanted.most))
    case 'words':
      return wanted.words.includes(value as string)
    case 'text':
      return typeof value === 'string' && /^[\x20-\x7e]{0,1000}$/.test(value)
    case 'texts':
      return Array.isArray(value) && value.every((one) => typeof one === 'string')
    default:
      return typeof value === 'object' && value !== null && !Array.isArray(value)
  }
}

/** What may be written: `a whole number from 400 to 599`. */
export function describeValue(value: QuirkValue): string {
  switch (value.kind) {
    case 'flag':
      return 'true, false'
    case 'number':
      return `${value.least} to ${value.most}`
    case 'numbers':
      return `${value.least} to ${value.most}, several`
    case 'words':
      return value.words.join(', ')
    case 'text':
      return 'text'
    case 'texts':
      return 'several'
    default:
      return 'JSON'
  }
}

/**
 * A misspelt quirk would make a test pass for the wrong reason.
 *
 * @throws TestRegistryError `OPTION_INVALID`
 */
export function checkQuirks(quirks: unknown): asserts quirks is Quirks {
  if (typeof quirks !== 'object' || quirks === null || Array.isArray(quirks)) throw wrong('quirks are an object')
  for (const [name, value] of Object.entries(quirks)) {
    if (!Object.hasOwn(quirkTable, name)) throw wrong(`there is no quirk '${printable(name, 40)}'`)
    const { value: wanted } = quirkTable[name as keyof Quirks]
    if (value !== undefined && !fits(value, wanted))
      throw wrong(
        `not the quirk '${name}': ${printable(JSON.stringify(value) ?? typeof value, 100)}`,
        `it may be ${describeValue(wanted)}`,
      )
  }
}

export const wrong = (
  message: string,
  hint: string = "write it like { headStatus: 403 }; 'lading-test-registry quirks' lists all",
): TestRegistryError => new TestRegistryError('OPTION_INVALID', message, { hint })
