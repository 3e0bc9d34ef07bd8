import type { BlobAddress } from './content-store.ts'
import { ContentError } from './content-error.ts'

/** What a download of a blob can be refused with. */
export interface IngestErrors {
  ended(): ContentError
  startsElsewhere(start: number, offset: number): ContentError
  tooLong(actual: number): ContentError
  tooShort(actual: number): ContentError
  wrongDigest(actual: string): ContentError
  superseded(why: string): ContentError
}

export function ingestErrors({ digest, size }: BlobAddress): IngestErrors {
  return {
    ended: () =>
      new ContentError('INGEST_CLOSED', `the ingest of ${digest} has ended`, {
        digest,
        hint: 'start another one: ingest() resumes where this one ended',
      }),
    superseded: (why) =>
      new ContentError('INGEST_SUPERSEDED', `the download of ${digest} ends: ${why}`, {
        digest,
        hint: 'request it again: it is here by now, or it resumes',
      }),
    startsElsewhere: (start, offset) =>
      new ContentError(
        'RANGE_MISMATCH',
        `the answer for ${digest} starts at byte ${start}, but ${offset} bytes are here`,
        {
          digest,
          expected: offset,
          actual: start,
          hint: "request the range from the ingest's offset, or everything",
        },
      ),
    tooLong: (actual) =>
      new ContentError('SIZE_MISMATCH', `${digest} is longer than its ${size} bytes`, {
        digest,
        expected: size,
        actual,
        hint: 'the descriptor or the server states a wrong size: further bytes are rejected',
      }),
    tooShort: (actual) =>
      new ContentError('SIZE_MISMATCH', `${digest} has ${actual} of ${size} bytes`, {
        digest,
        expected: size,
        actual,
        hint: "continue from the ingest's offset: what has arrived is kept",
      }),
    wrongDigest: (actual) =>
      new ContentError('DIGEST_MISMATCH', `what came as ${digest} is ${actual}`, {
        digest,
        expected: digest,
        actual,
        hint: 'nothing was kept; fetch it again; if that fails too, the registry or a proxy sends wrong content',
      }),
  }
}
