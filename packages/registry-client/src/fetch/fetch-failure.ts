import type { LadingError } from '@lading/errors'
import { contentCoding } from '../http/content-coding.ts'
import { failureCode, transportFailure } from '../transport/failure.ts'

/** Bun's words for what others give Node's codes. */
const codes: Readonly<Record<string, string>> = {
  ConnectionRefused: 'ECONNREFUSED',
  ConnectionClosed: 'ECONNRESET',
  FailedToOpenSocket: 'ECONNREFUSED',
}

/**
 * `fetch` rejects with a `TypeError` whatever happened. Node, Deno and Bun say more in its cause or its code; a browser
 * says nothing, and then it is a lost connection.
 */
export function fetchFailure(error: unknown, url: URL, answered: boolean): LadingError {
  const { cause } = (error ?? {}) as { readonly cause?: unknown }
  const known = typeof cause === 'object' && cause !== null ? cause : error
  // Node's fetch undoes up to five codings and then gives up; one is already more than we asked for.
  if (/content-encoding/i.test(String((known as Error | undefined)?.message)))
    return contentCoding(url.host, 'in a way that this runtime cannot undo')
  const code = codes[failureCode(known)]
  return transportFailure(code === undefined ? known : { code, message: (known as Error).message }, url, answered)
}
