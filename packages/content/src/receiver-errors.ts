import type { Digest } from '@lading/digest'
import { DeliveryError } from './delivery-error.ts'

/** The errors that every receiver has, whatever it receives into. */
export interface ReceiverErrors {
  /** `RECEIVER_CLOSED` */
  closed(): DeliveryError
  /** `SIZE_MISMATCH`. `actual` in bytes. */
  wrongSize(actual: number, hint: string): DeliveryError
}

/** @param what the blob's digest and size in bytes, as far as they are known before it has come */
export function receiverErrors(what: {
  readonly digest?: Digest | undefined
  readonly size?: number | undefined
}): ReceiverErrors {
  const { digest, size } = what
  const name = digest ?? 'content of unknown digest'
  return {
    closed: () =>
      new DeliveryError('RECEIVER_CLOSED', `the receiver of ${name} is closed`, {
        digest,
        hint: 'ask the delivery for another one: it goes on where this one ended',
      }),
    wrongSize: (actual, hint) =>
      new DeliveryError('SIZE_MISMATCH', `${name} has ${actual} bytes instead of ${size}`, {
        digest,
        expected: size,
        actual,
        hint,
      }),
  }
}
