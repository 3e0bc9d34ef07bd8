import { RegistryError } from '../errors/registry-error.ts'

/**
 * The clocks of a request. All in milliseconds; 0 turns one off. Whichever runs out, the error is a `TransportError`
 * `TIMEOUT` that names it in `clock`.
 */
export interface Timeouts {
  /** Until the connection stands: name lookup, TCP and TLS. Default 30,000. */
  readonly connect?: number | undefined
  /** From the request to the end of the answer's headers, however they drip. Default 30,000. */
  readonly headers?: number | undefined
  /** The same for a blob: some caches fetch it whole, and scan it, before they say anything. Default 300,000, or `headers` where that is given. */
  readonly blobHeaders?: number | undefined
  /** A body that brings less than 1 KiB a second for this long, while we are reading, is given up. Default 30,000. */
  readonly stall?: number | undefined
  /** A small request (token, manifest, config, page of tags) as a whole: redirects included, waits for its turn not. Default 120,000. */
  readonly total?: number | undefined
  /** The same for a blob that is streamed. Default 0: as long as it moves, it may take as long as it takes. */
  readonly blob?: number | undefined
}

export type FullTimeouts = { readonly [Clock in keyof Timeouts]-?: number }

const defaults: FullTimeouts = {
  connect: 30_000,
  headers: 30_000,
  blobHeaders: 300_000,
  stall: 30_000,
  total: 120_000,
  blob: 0,
}
/** The longest that a timer of Node's can wait. */
const longest = 2 ** 31 - 1

/** @throws RegistryError `OPTION_INVALID` */
export function readTimeouts(given: Timeouts = {}): FullTimeouts {
  const read = (clock: keyof Timeouts): number => {
    const ms = given[clock] ?? defaults[clock]
    if (!(ms >= 0))
      throw new RegistryError('OPTION_INVALID', `timeouts.${clock} is ${String(ms)}`, {
        hint: 'use milliseconds, 0 or more; 0 means no limit',
      })
    return Math.min(ms, longest)
  }
  return {
    connect: read('connect'),
    headers: read('headers'),
    blobHeaders: given.blobHeaders === undefined && given.headers !== undefined ? read('headers') : read('blobHeaders'),
    stall: read('stall'),
    total: read('total'),
    blob: read('blob'),
  }
}
