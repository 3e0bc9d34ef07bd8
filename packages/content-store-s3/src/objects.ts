import type { AbortOptions } from '@lading/clock'

/**
 * An object store, as far as the stores need one. Keys are ASCII, parted by slashes, relative to where the store is.
 *
 * What is answered is durable, and whoever asks after an answer sees what it was about. Of requests that overlap either
 * may count first.
 */
export interface Objects {
  /**
   * Creates the object unless there is one: exactly one winner, in whatever order. `exists`: somebody else's is there.
   *
   * A body that two callers might both want to create carries a nonce of its caller: after an answer that was lost the
   * object is read back, and one's own body means that one has won.
   *
   * @param bytes may be overwritten by the caller once the promise has been fulfilled
   * @param options.sha256 of the bytes, in hexadecimal, where it is known: then it is not computed once more. An engine
   *   that hashes what it is sent refuses bytes that are others.
   */
  create(
    key: string,
    bytes: Uint8Array,
    options?: AbortOptions & { readonly sha256?: string | undefined },
  ): Promise<'created' | 'exists'>
  /** Over what is there: heartbeats and records, nothing else. */
  put(key: string, bytes: Uint8Array, options?: AbortOptions): Promise<void>
  /**
   * `undefined`: no such object.
   *
   * @param options.maxBytes more are not read. Default: all there are.
   * @param options.range bytes from `start` (inclusive) to `end` (exclusive), as far as the object has them
   * @throws `TOO_LARGE` for an object of more than `maxBytes`
   */
  get(
    key: string,
    options?: AbortOptions & {
      readonly maxBytes?: number | undefined
      readonly range?: { readonly start: number; readonly end: number } | undefined
    },
  ): Promise<Uint8Array | undefined>
  /** `size` in bytes. `undefined`: no such object. */
  stat(key: string, options?: AbortOptions): Promise<{ readonly size: number } | undefined>
  /**
   * Keys that begin with `prefix`, in the order of their UTF-8 bytes, from the first one behind `after` on. What is created
   * or removed meanwhile is listed or not.
   *
   * `modifiedMs`: since 1970, by a clock of the store's own. Nothing is decided by it.
   */
  list(prefix: string, options?: AbortOptions & { readonly after?: string | undefined }): AsyncIterable<ListedObject>
  /** One that is not there is removed, too. */
  remove(key: string, options?: AbortOptions): Promise<void>
}

export interface ListedObject {
  readonly key: string
  /** In bytes. */
  readonly size: number
  readonly modifiedMs: number
}
