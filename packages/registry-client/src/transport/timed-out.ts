import { TransportError, type RequestClock } from '../errors/transport-error.ts'

const said: Readonly<
  Record<RequestClock, { readonly what: string; readonly hint: string; readonly temporary: boolean }>
> = {
  // The next endpoint is worth more than a second wait for this one.
  connect: {
    what: 'could not be reached in time',
    hint: 'check the network connection, and whether a firewall is in between',
    temporary: false,
  },
  headers: { what: 'did not answer in time', hint: 'try again later', temporary: true },
  stall: { what: 'stopped sending, or sent too slowly', hint: 'try again; what arrived is kept', temporary: true },
  total: {
    what: 'exceeded the time limit for the whole answer',
    hint: 'try again later, or allow more time',
    temporary: true,
  },
}

/** The error of a clock that ran out. */
export function timedOut(
  clock: RequestClock,
  host: string,
  { cause }: { readonly cause?: unknown } = {},
): TransportError {
  const { what, hint, temporary } = said[clock]
  return new TransportError('TIMEOUT', `${host} ${what}`, {
    host,
    hint,
    temporary,
    clock,
    ...(cause === undefined ? {} : { cause }),
  })
}
