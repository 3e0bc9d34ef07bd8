import { LadingError, nameErrors } from '@lading/errors'

export type ReferenceStoreErrorCode =
  /** `index.json` cannot be read as an image index. It is left as it is. */
  | 'INDEX_JSON_INVALID'
  /** `index.json` is of a format that this version does not know. It is left as it is. */
  | 'INDEX_JSON_UNSUPPORTED'
  /** `index.json` is larger than 64 MiB, or would be. It is left as it is. */
  | 'INDEX_JSON_TOO_LARGE'
  /** The name `sha256` cannot be told from an image ID. */
  | 'REFERENCE_AMBIGUOUS'
  /** `name@digest` cannot point to other content than its digest says. */
  | 'REFERENCE_DIGEST_MISMATCH'

/** What this package throws on purpose. What the file system says passes through unchanged. */
export class ReferenceStoreError extends LadingError<ReferenceStoreErrorCode> {}

nameErrors(ReferenceStoreError, 'ReferenceStoreError')
