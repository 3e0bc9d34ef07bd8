import { templateError } from './template-error.ts'
import { isList, type Value } from './value.ts'

/** About a second. A range in a range in a range has no other end. */
const mostWork = 1_000_000
/** Units of a text, or elements of a list, that are one step. */
const perStep = 100

/** What a template may do until it is stopped. */
export interface Budget {
  /** A step, and what it looked at or made. @throws CliError `USAGE` with the offset */
  spend(offset: number, values: readonly Value[]): void
}

/** @param most steps of one evaluation: a node, a call, or 100 UTF-16 units. Default 1,000,000 */
export function createBudget(most: number = mostWork): Budget {
  let spent = 0
  return {
    spend(offset, values) {
      spent += 1
      for (const value of values) spent += sizeOf(value) / perStep
      if (spent > most) throw templateError(`it takes more than ${most} steps`, offset)
    },
  }
}

const sizeOf = (value: Value): number => (typeof value === 'string' || isList(value) ? value.length : 0)
