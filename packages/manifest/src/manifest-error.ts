import { LadingError, nameErrors, type ErrorOptions } from '@lading/errors'

/**
 * - `JSON_INVALID`: not JSON, or not strictly so (encoding, trailing bytes, lone surrogates)
 * - `JSON_DUPLICATE`: a member twice in one object
 * - `JSON_TOO_DEEP`: nested deeper than allowed
 * - `TOO_LARGE`: more bytes, layers, entries or history than allowed
 * - `MANIFEST_INVALID`: a member is missing, of the wrong type or out of range
 * - `MANIFEST_AMBIGUOUS`: manifest and index at once (CVE-2021-41190)
 * - `MANIFEST_MEDIA_TYPE`: the document's own media type is not the one it came with
 * - `MANIFEST_UNSUPPORTED`: a kind of document nobody here decodes
 * - `MANIFEST_SCHEMA1`: Docker schema 1, and nobody allowed it
 * - `SCHEMA1_ENVELOPE_INVALID`: signature blocks of a schema 1 manifest that disagree, or a document that is more than was signed
 * - `SCHEMA1_SIGNATURE_INVALID`: a signature that does not fit, or whose key cannot be used
 * - `SCHEMA1_HISTORY_INVALID`: the history of a schema 1 manifest is no chain of images
 * - `CONTENT_TYPE_INVALID`: a `Content-Type` that is not `type/subtype[; parameters]`
 * - `CONFIG_INVALID`: an image config with a member missing or of the wrong type
 * - `CONFIG_NO_ROOTFS`: an image config without a `rootfs` of type `layers`
 * - `PLATFORM_INVALID`: text that names no platform
 * - `PLATFORM_UNAVAILABLE`: no entry of an index is for the platform
 * - `FORMAT_UNSUITABLE`: a document that the other format, Docker's or OCI's, cannot say
 * - `SCHEMA_REJECTED`: a decoder of the user's said no
 */
export type ManifestErrorCode =
  | 'JSON_INVALID'
  | 'JSON_DUPLICATE'
  | 'JSON_TOO_DEEP'
  | 'TOO_LARGE'
  | 'MANIFEST_INVALID'
  | 'MANIFEST_AMBIGUOUS'
  | 'MANIFEST_MEDIA_TYPE'
  | 'MANIFEST_UNSUPPORTED'
  | 'MANIFEST_SCHEMA1'
  | 'SCHEMA1_ENVELOPE_INVALID'
  | 'SCHEMA1_SIGNATURE_INVALID'
  | 'SCHEMA1_HISTORY_INVALID'
  | 'CONTENT_TYPE_INVALID'
  | 'CONFIG_INVALID'
  | 'CONFIG_NO_ROOTFS'
  | 'PLATFORM_INVALID'
  | 'PLATFORM_UNAVAILABLE'
  | 'FORMAT_UNSUITABLE'
  | 'SCHEMA_REJECTED'

export interface ManifestErrorOptions extends ErrorOptions {
  /** Where in the document: `$.layers[3].digest`. */
  readonly at?: string | undefined
}

const whoPublished = 'the document was damaged, or made by a program that does it wrong: tell whoever published it'

/** What to do where nothing better is known. */
const usualHints: Partial<Record<ManifestErrorCode, string>> = {
  MANIFEST_INVALID: whoPublished,
  CONFIG_INVALID: whoPublished,
  SCHEMA1_ENVELOPE_INVALID: whoPublished,
  SCHEMA1_HISTORY_INVALID: whoPublished,
}

/** Thrown by everything in this package. `facts.offset` is in bytes from the document's start. */
export class ManifestError extends LadingError<ManifestErrorCode> {
  /** Where in the document: `$.layers[3].digest`. */
  readonly at: string | undefined

  constructor(code: ManifestErrorCode, message: string, options: ManifestErrorOptions = {}) {
    const { at, ...rest } = options
    super(code, message, { ...rest, hint: rest.hint ?? usualHints[code] })
    this.at = at
  }

  override toJSON(): ReturnType<LadingError<ManifestErrorCode>['toJSON']> & { at?: string | undefined } {
    return { ...super.toJSON(), ...(this.at === undefined ? {} : { at: this.at }) }
  }
}

nameErrors(ManifestError, 'ManifestError')
