import { LadingError, nameErrors, type ErrorOptions } from '@lading/errors'

/** Codes of a pull's own failures. Failures of the parts below keep the code they were thrown with. */
export type PullErrorCode =
  /** The index has no entry for the wanted platform. The hint lists what there is. */
  | 'PLATFORM_UNAVAILABLE'
  /** A plugin, a chart, a model, an attestation …: content, but nothing that can be pulled as an image. */
  | 'NOT_AN_IMAGE'
  /** Nested deeper or wider than any honest index. */
  | 'INDEX_TOO_DEEP'
  /** A child of an index is not as long as the index says. */
  | 'SIZE_MISMATCH'
  | 'DIGEST_MISMATCH'
  /** The config's `rootfs.diff_ids` are not what the layers inflate to, or not as many. */
  | 'DIFF_ID_MISMATCH'
  /** A schema 1 manifest is that of another name or tag than was asked for. */
  | 'SCHEMA1_NAME_MISMATCH'
  /** An index whose image is a schema 1 manifest. */
  | 'SCHEMA1_IN_INDEX'
  /** Neither the manifest nor the registry says how large a layer is. */
  | 'SIZE_UNKNOWN'
  /** The layer is only at foreign `urls`, and following them was not allowed. */
  | 'FOREIGN_LAYER_REFUSED'
  /** `scratch`. */
  | 'REFERENCE_RESERVED'
  /** `pullAll` with a tag or a digest. */
  | 'ALL_TAGS_WITH_TAG'
  /** A blob was collected again and again while we pulled. */
  | 'STORE_UNSTABLE'
  | 'PULLER_CLOSED'

export class PullError<Code extends string = PullErrorCode> extends LadingError<Code> {
  constructor(code: Code, message: string, options: ErrorOptions = {}) {
    super(code, message, options)
  }
}

nameErrors(PullError, 'PullError')
