import { LadingError, nameErrors, type ErrorOptions } from '@lading/errors'

/**
 * - `CONNECTION_REFUSED`: nobody listens there, or there is no way to the address
 * - `CONNECTION_LOST`: the connection ended, or the framing of the body broke, before the answer ended
 * - `MACHINE_LIMIT`: this machine has no socket, port or memory left for a connection (`temporary`)
 * - `HOST_UNKNOWN`: the name has no address, or the name server did not answer (`temporary`)
 * - `TLS_REFUSED`: the certificate, or the peer's TLS, was not acceptable; counts as "TLS seen"
 * - `TLS_FAILED`: no TLS came about; most often the port speaks plain http
 * - `TIMEOUT`: a clock ran out; `clock` says which
 * - `BAD_RESPONSE`: what came back does not begin like an answer in HTTP/1.1
 * - `PROXY_FAILED`: the proxy is not there, or gives no way to the host
 * - `REDIRECT_HIDDEN`: a browser's `fetch` does not say where a redirect leads
 * - `PROXY_UNAUTHORIZED`: the proxy wants a user name and password, or refuses ours
 */
export type TransportErrorCode =
  | 'CONNECTION_REFUSED'
  | 'CONNECTION_LOST'
  | 'MACHINE_LIMIT'
  | 'HOST_UNKNOWN'
  | 'TLS_REFUSED'
  | 'TLS_FAILED'
  | 'TIMEOUT'
  | 'BAD_RESPONSE'
  | 'PROXY_FAILED'
  | 'PROXY_UNAUTHORIZED'
  | 'REDIRECT_HIDDEN'

/** Which clock ran out: for the connection, the answer's headers, too few bytes in a window, or the whole answer. */
export type RequestClock = 'connect' | 'headers' | 'stall' | 'total'

export interface TransportErrorOptions extends ErrorOptions {
  /** The very same request may succeed a moment later at the same address. Default false. */
  readonly temporary?: boolean | undefined
  readonly clock?: RequestClock | undefined
}

/** No whole answer came. */
export class TransportError extends LadingError<TransportErrorCode> {
  /** The very same request may succeed a moment later at the same address. */
  readonly temporary: boolean
  /** Of a `TIMEOUT`: which clock ran out. */
  readonly clock: RequestClock | undefined

  constructor(code: TransportErrorCode, message: string, options: TransportErrorOptions = {}) {
    const { temporary = false, clock, ...rest } = options
    super(code, message, rest)
    this.temporary = temporary
    this.clock = clock
  }
}

nameErrors(TransportError, 'TransportError')
