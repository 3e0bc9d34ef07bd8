import { TransferError } from './transfer-error.ts'

/** @throws `TRANSFER_OPTION_INVALID` */
export function atLeastOne(name: string, value: number): void {
  if ((Number.isInteger(value) || value === Infinity) && value >= 1) return
  throw new TransferError(
    'TRANSFER_OPTION_INVALID',
    `${name} must be a whole number of at least 1, or Infinity; it is ${value}`,
    { expected: '>= 1', actual: value },
  )
}
