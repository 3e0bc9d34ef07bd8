/**
 * Small documents by key, for what is kept beside the images: none of them is needed by a name. A key is segments of
 * `a-z0-9._-` that do not begin with a dot, parted by `/`; no key is the beginning of another one, segment by segment.
 */
export interface Notes {
  /** `undefined`: not there, or nothing that can be read as one. @throws `KEY_INVALID`; `PERMISSION` when it may not be read */
  get(key: string): Promise<Uint8Array | undefined>
  /** Replaces it in one step. `durable`: it survives a power cut then; default false. @throws `KEY_INVALID` */
  put(key: string, bytes: Uint8Array, options?: { readonly durable?: boolean | undefined }): Promise<void>
  /** `false`: nothing was there. @throws `KEY_INVALID` */
  remove(key: string): Promise<boolean>
  /** Every key below a prefix of whole segments, in no order; all of them below the empty text. */
  keys(prefix: string): AsyncIterable<string>
}
