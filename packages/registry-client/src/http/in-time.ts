import { asksTooLong } from '../errors/asks-too-long.ts'
import type { RegistryError } from '../errors/registry-error.ts'
import type { Wire } from '../wire/wire.ts'

/** The same error, unless it asks for more time than there is for what the wire is asked. */
export function inTime(error: RegistryError, { allowance, newAllowance }: Wire): RegistryError {
  const { leftMs } = allowance ?? newAllowance()
  const { retryAfterMs = 0 } = error
  return retryAfterMs > leftMs ? asksTooLong(error, retryAfterMs, leftMs) : error
}
