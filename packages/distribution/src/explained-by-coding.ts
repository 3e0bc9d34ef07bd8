import { isLadingError } from '@lading/errors'
import { PullError } from './pull-error.ts'

/**
 * What a digest that is wrong may come from. Storage keeps labels of content that are not true, so what came was taken as
 * it was (docs/decisions/what-is-read-strictly.md).
 *
 * @param coding the `Content-Encoding` that the bytes came with
 */
export function explainedByCoding(error: unknown, coding: string | undefined): unknown {
  if (coding === undefined || !isLadingError(error, 'DIGEST_MISMATCH')) return error
  return new PullError('DIGEST_MISMATCH', `${error.message} (Content-Encoding: ${coding})`, {
    ...error.facts,
    cause: error,
    hint: 'a proxy in between may compress; it must leave registry traffic alone',
  })
}
