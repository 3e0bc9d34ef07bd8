/**
 * Asked before each request for a blob, with the `host` or `host:port` of the endpoint or the address that is asked.
 * Resolves when the request may move data, to a function that is called once when its last byte came or it failed. It is
 * neither asked nor held while the request waits for its host (429, `connections`), for a token or for another attempt; but
 * one that can be lent to other hosts (`lendWhole`) is kept while its host has to be waited for.
 * Calls `onWait` when there is no place at once, and rejects with the signal's reason. `size`: the bytes that are missing;
 * `undefined` for a small blob that others wait for.
 */
export type Admit = (
  host: string,
  options: {
    readonly signal?: AbortSignal | undefined
    readonly onWait?: (() => void) | undefined
    readonly size?: number | undefined
  },
) => Promise<AdmittedPlace>

/** Gives the place back. */
export interface AdmittedPlace {
  (): void
  /** Others may have it while whoever takes the blob makes us wait, for more than a second. Default: it is held on. */
  readonly lend?: (() => void) | undefined
  /** Other hosts may have it while this one has to be waited for. Default: it is given back, and asked for anew. */
  readonly lendWhole?: (() => void) | undefined
  /** The blob goes on, at once. */
  readonly takeBack?: (() => void) | undefined
}

/** What a request for a blob says of the place that it needs. */
export interface Admission {
  /** The host whose place it takes, wherever it is redirected. */
  readonly host: string
  readonly onWait?: (() => void) | undefined
  /** The bytes that are missing; `undefined`: few, and others wait for them. */
  readonly size?: number | undefined
}
