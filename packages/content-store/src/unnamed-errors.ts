import { ContentError } from './content-error.ts'

/** What content on its way in whose digest nobody knows can be refused with. */
export interface UnnamedErrors {
  ended(): ContentError
  startsElsewhere(start: number, offset: number): ContentError
  tooLong(actual: number): ContentError
  tooShort(actual: number): ContentError
}

/** @param size in bytes, where it was said */
export function unnamedErrors(size: number | undefined): UnnamedErrors {
  const wrongSize = (actual: number, hint: string): ContentError =>
    new ContentError('SIZE_MISMATCH', `the content has ${actual} bytes instead of ${size}`, {
      expected: size,
      actual,
      hint,
    })
  return {
    ended: () =>
      new ContentError('INGEST_CLOSED', 'the ingest of this content has ended', { hint: 'start another one' }),
    startsElsewhere: (start, offset) =>
      new ContentError('RANGE_MISMATCH', `the answer starts at byte ${start}, but ${offset} bytes are here`, {
        expected: offset,
        actual: start,
        hint: "request the range from the ingest's offset, or everything",
      }),
    tooLong: (actual) => wrongSize(actual, 'the stated size or the source is wrong: further bytes are rejected'),
    tooShort: (actual) => wrongSize(actual, "continue from the ingest's offset"),
  }
}
