import { TestRegistryError } from '../error.ts'
import { checkFault } from './check-fault.ts'
import type { Fault } from './fault.ts'

/**
 * A fault script: JSON, an array of faults or a single one.
 *
 * @throws TestRegistryError `FAULT_INVALID`, with the position of the first wrong one
 */
export function parseFaults(text: string): readonly Fault[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new TestRegistryError('FAULT_INVALID', 'the fault script is not JSON', {
      cause,
      hint: 'it is a fault, or an array of faults',
    })
  }
  if (!Array.isArray(value)) {
    checkFault(value)
    return [value]
  }
  return value.map((fault: unknown, position) => {
    try {
      checkFault(fault)
    } catch (cause) {
      if (!(cause instanceof TestRegistryError)) throw cause
      throw new TestRegistryError('FAULT_INVALID', `fault ${position + 1} of the script: ${cause.message}`, {
        cause,
        hint: cause.hint,
      })
    }
    return fault
  })
}
