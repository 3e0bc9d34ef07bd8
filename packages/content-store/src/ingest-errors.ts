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
        hint: 'start another one: ingest() goes on where this one ended',
      }),
    superseded: (why) =>
      new ContentError('INGEST_SUPERSEDED', `the download of ${digest} ends: ${why}`, {
        digest,
        hint: 'ask for it again: it is here, or waited for',
      }),
    startsElsewhere: (start, offset) =>
      new ContentError(
        'RANGE_MISMATCH',
        `the answer for ${digest} starts at byte ${start}, and ${offset} bytes are here`,
        {
          digest,
          expected: offset,
          actual: start,
          hint: "ask for the range from the ingest's offset, or for everything",
        },
      ),
    tooLong: (actual) =>
      new ContentError('SIZE_MISMATCH', `${digest} goes on beyond its ${size} bytes`, {
        digest,
        expected: size,
        actual,
        hint: 'the descriptor or the server is wrong about the size: nothing beyond it is taken',
      }),
    tooShort: (actual) =>
      new ContentError('SIZE_MISMATCH', `${digest} has ${actual} of ${size} bytes`, {
        digest,
        expected: size,
        actual,
        hint: "go on from the ingest's offset: what is here is kept",
      }),
    wrongDigest: (actual) =>
      new ContentError('DIGEST_MISMATCH', `what came as ${digest} is ${actual}`, {
        digest,
        expected: digest,
        actual,
        hint: 'nothing of it was kept; fetch it again, and if it stays like this the registry or a proxy before it serves wrong bytes',
      }),
  }
}
