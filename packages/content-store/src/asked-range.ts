import type { BlobSink } from '@lading/content'
import { ContentError } from './content-error.ts'
import type { BlobAddress } from './content-store.ts'

/** The bytes of a blob that a sink asks for, to `end` exclusive. @throws `RANGE_MISMATCH` for a start behind it */
export function askedRange(
  { digest, size }: BlobAddress,
  { offset: start, end: last = size }: Pick<BlobSink, 'offset' | 'end'>,
): { readonly start: number; readonly end: number } {
  const end = Math.min(last, size)
  if (start <= end) return { start, end }
  throw new ContentError('RANGE_MISMATCH', `byte ${start} of ${digest} is asked for, and it ends at ${end}`, {
    digest,
    expected: end,
    actual: start,
    hint: 'throw away what is there and start again',
  })
}
