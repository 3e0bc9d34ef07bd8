import { printable } from '@lading/errors'
import { TransportError } from '../errors/transport-error.ts'
import { malformedCode } from './answer/malformed.ts'
import { certificateProblem } from './certificate-problem.ts'
import { certificateOf } from './seen-certificate.ts'

/** Alerts that are about the certificate we showed, or did not show (RFC 8446 6.2). */
const aboutOurs =
  /alert (?:bad certificate|unsupported certificate|certificate (?:revoked|expired|unknown|required)|unknown ca|access denied)/
const tooOld = /unsupported protocol|version too low|alert protocol version|no protocols available/
const weak = /(?:key|dh|md|digest) too (?:small|weak)|no (?:shared cipher|suitable|ciphers)/

/**
 * What OpenSSL gives as its reason. Node puts it into the code (`ERR_SSL_TLSV1_ALERT_UNKNOWN_CA`), or when a write met
 * it, into the text of an `EPROTO`.
 */
function reasonOf(code: string, error: unknown): string | undefined {
  if (code.startsWith('ERR_SSL_')) return code.slice(8).toLowerCase().replaceAll('_', ' ')
  if (code !== 'EPROTO') return undefined
  return /:SSL routines:[^:]*:([^:]+)/.exec((error as Error).message)?.[1]?.toLowerCase()
}

/**
 * The error of a TLS connection that did not come about, or was ended by the peer for a reason of TLS; `undefined` when
 * `error` is not about TLS. `TLS_REFUSED` means that the peer does speak TLS.
 */
export function tlsFailure(
  code: string,
  error: unknown,
  { url, answered }: { readonly url: URL; readonly answered: boolean },
): TransportError | undefined {
  const { host } = url
  const options = { host, cause: error }
  const problem = certificateProblem(code, error, certificateOf(error), host)
  if (problem !== undefined)
    return new TransportError('TLS_REFUSED', `cannot trust ${host}: ${problem.words} (${code})`, {
      ...options,
      hint: problem.hint,
    })
  const reason = reasonOf(code, error)
  // An alert in the middle of an answer is a broken connection like any other.
  if (reason !== undefined && !answered) {
    if (aboutOurs.test(reason)) {
      const required = reason.includes('required')
      return new TransportError(
        'TLS_REFUSED',
        required
          ? `${host} requires a client certificate`
          : `${host} rejects the client certificate, or requires one (${printable(reason, 80)})`,
        {
          ...options,
          hint: `put client.cert and client.key into certs.d/${host}, as the registry's operator issued them`,
        },
      )
    }
    if (tooOld.test(reason))
      return new TransportError(
        'TLS_REFUSED',
        `${host} supports no version of TLS that is allowed here (${printable(reason, 80)})`,
        { ...options, hint: 'the server must support TLS 1.2 or newer, or what the settings for this host require' },
      )
    if (weak.test(reason))
      return new TransportError('TLS_REFUSED', `${host} offers only weak TLS (${printable(reason, 80)})`, {
        ...options,
        hint: 'the server needs stronger keys and ciphers',
      })
    if (reason.includes('alert'))
      return new TransportError(
        'TLS_REFUSED',
        `${host} and lading could not agree on TLS settings (${printable(reason, 80)})`,
        {
          ...options,
          hint: 'the server may require a client certificate, other ciphers or another version of TLS; its log says why',
        },
      )
  }
  if (!answered && url.protocol === 'https:' && (reason !== undefined || code === 'EPROTO' || handshakeCut(error))) {
    return new TransportError('TLS_FAILED', `${host} did not answer with TLS`, {
      ...options,
      hint: `if it uses plain http, allow that with --insecure ${host}`,
    })
  }
  return undefined
}

/** A peer that answers plain http with an alert (RFC 8446 5.1) expects TLS. */
export function expectsTls(error: unknown): boolean {
  const { name, code, data } = (error ?? {}) as {
    readonly name?: unknown
    readonly code?: unknown
    readonly data?: unknown
  }
  return (
    (name === 'HTTPParserError' || code === malformedCode) && typeof data === 'string' && data.startsWith('\x15\x03')
  )
}

// Node reports a peer that hangs up on the ClientHello as a plain reset with this text.
export function handshakeCut(error: unknown): boolean {
  return String((error as Error | undefined)?.message).includes('before secure TLS connection')
}
