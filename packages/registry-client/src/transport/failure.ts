import { isLadingError, printable, type LadingError } from '@lading/errors'
import { TransportError } from '../errors/transport-error.ts'
import { malformedCode } from './answer/malformed.ts'
import { isCertificateCode } from './certificate-problem.ts'
import { isMachineLimit, machineLimit } from './machine-limit.ts'
import { timedOut } from './timed-out.ts'
import { expectsTls, handshakeCut, tlsFailure } from './tls-failure.ts'

interface Failure {
  readonly code?: unknown
  readonly name?: unknown
  readonly message?: unknown
  readonly errors?: unknown
}

/** Issuers that the machine may know although Node does not: worth a second look with the system's store. */
export const unknownIssuer: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

const malformed: ReadonlySet<string> = new Set([
  malformedCode,
  'UND_ERR_HEADERS_OVERFLOW',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'UND_ERR_RES_EXCEEDED_MAX_SIZE',
])
const unreachable: ReadonlySet<string> = new Set([
  'EHOSTUNREACH',
  // Of an address in IPv6, on a machine without it; see `isMachineLimit`.
  'EADDRNOTAVAIL',
  'ENETUNREACH',
  'EHOSTDOWN',
  'ENETDOWN',
])

/** The code of an error of Node's or undici's; of several tries at several addresses, the first's. */
export function failureCode(error: unknown): string {
  const { code, errors } = (error ?? {}) as Failure
  if (Array.isArray(errors) && errors.length > 0) return failureCode(errors[0])
  return typeof code === 'string' ? code : ''
}

/** Does the error say that no connection came about, and not that one was lost? */
export function notConnected(error: unknown): boolean {
  const code = failureCode(error)
  return (
    code === 'ECONNREFUSED' ||
    code === 'UND_ERR_CONNECT_TIMEOUT' ||
    code === 'EPROTO' ||
    (unreachable.has(code) && !isMachineLimit(error)) ||
    /^(?:ENOTFOUND$|EAI_|ERR_SSL_|ERR_TLS_)/.test(code) ||
    isCertificateCode(code) ||
    handshakeCut(error)
  )
}

/** Tells apart why no whole answer came. `answered`: the head was already there. */
export function transportFailure(error: unknown, url: URL, answered: boolean): LadingError {
  if (isLadingError(error)) return error
  const host = url.host
  const code = failureCode(error)
  const { name, message } = (error ?? {}) as Failure
  const options = { host, cause: error }
  const tls = tlsFailure(code, error, { url, answered })
  if (tls !== undefined) return tls
  if (isMachineLimit(error)) return machineLimit(error, host)
  if (code === 'ECONNREFUSED')
    return new TransportError('CONNECTION_REFUSED', `${host} refused the connection`, {
      ...options,
      hint: 'check that the registry is running and that the port is right',
    })
  if (code === 'ENOTFOUND' || code === 'EAI_NONAME' || code === 'EAI_NODATA')
    return new TransportError('HOST_UNKNOWN', `no address was found for ${url.hostname}`, {
      ...options,
      hint: 'check the network connection and DNS of this machine; if other names are found, check the name of the registry',
    })
  if (code.startsWith('EAI_'))
    return new TransportError('HOST_UNKNOWN', `the name server did not answer for ${url.hostname}`, {
      ...options,
      hint: 'check the network connection and the name server of this machine (DNS)',
      temporary: true,
    })
  if (unreachable.has(code))
    return new TransportError('CONNECTION_REFUSED', `${host} cannot be reached (${code})`, {
      ...options,
      hint: 'check the network connection',
    })
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || (code === 'ETIMEDOUT' && !answered))
    return timedOut('connect', host, { cause: error })
  if (code === 'ETIMEDOUT') return timedOut('stall', host, { cause: error })
  if (expectsTls(error))
    return new TransportError('BAD_RESPONSE', `${host} expects https, and the request used plain http`, {
      host,
      cause: undisclosed(name, message),
      hint: 'write https:// for this host',
    })
  // undici's words for a 101 that names a protocol.
  const improper = malformed.has(code) || name === 'HTTPParserError' || message === 'bad upgrade'
  // The head was proper HTTP, so this is the place for a registry's answer: what breaks in the body (a chunk's size, say)
  // was broken on the way, like any cut.
  if (improper && answered)
    return new TransportError(
      'CONNECTION_LOST',
      `the answer of ${host} broke off in the middle: ${printable(String(message), 200)}`,
      { host, cause: undisclosed(name, message), temporary: true },
    )
  if (improper)
    return new TransportError(
      'BAD_RESPONSE',
      `${host} did not answer with valid HTTP/1.1: ${printable(String(message), 200)}`,
      { host, cause: undisclosed(name, message), hint: 'check that this is the address of a registry' },
    )
  return new TransportError(
    'CONNECTION_LOST',
    answered ? `the connection to ${host} ended before the answer did` : `the connection to ${host} was lost`,
    { ...options, temporary: true },
  )
}

/** undici's parser error carries the bytes it read, and those may hold a token. */
function undisclosed(name: unknown, message: unknown): Error {
  const error = new Error(String(message))
  error.name = String(name)
  return error
}
