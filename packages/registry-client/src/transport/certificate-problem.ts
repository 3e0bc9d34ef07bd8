import type { X509Certificate } from 'node:crypto'
import { printable } from '@lading/errors'

export interface Problem {
  /** Goes on after "cannot trust HOST: ". */
  readonly words: string
  readonly hint: string
}

type Describe = (certificate: X509Certificate | undefined, host: string) => Problem

const trustIssuer = (host: string): string =>
  `if you trust its issuer, add the issuer's certificate to the system's or as ca.crt to certs.d/${host}; or accept the risk with --insecure ${host}`
const askOperator = (host: string): string => `tell the registry's operator; or accept the risk with --insecure ${host}`

const plain =
  (words: string, hint: (host: string) => string): Describe =>
  (_certificate, host) => ({ words, hint: hint(host) })

const untrusted: Describe = (certificate, host) => {
  const issuer = commonName(certificate?.issuer)
  const by = issuer === '' ? '' : ` ("${issuer}")`
  return { words: `the issuer of its certificate${by} is not trusted on this machine`, hint: trustIssuer(host) }
}

const unverified: Describe = (certificate, host) => {
  const { words } = untrusted(certificate, host)
  return { words: `${words}, or the server left out an intermediate certificate`, hint: trustIssuer(host) }
}

const expired: Describe = (certificate, host) => {
  const end = dateOf(certificate?.validTo)
  // Of a chain, another one than the server's own may be the expired one.
  const own = end === undefined || end.getTime() < Date.now()
  return {
    words: own
      ? `its certificate has expired${end === undefined ? '' : ` (on ${day(end)})`}`
      : 'a certificate of its issuers has expired',
    hint: `is the date of this machine right (${day(new Date())})? If it is, ${askOperator(host)}`,
  }
}

const early: Describe = (certificate, host) => {
  const start = dateOf(certificate?.validFrom)
  return {
    words:
      start === undefined || start.getTime() > Date.now()
        ? `its certificate is not valid yet${start === undefined ? '' : ` (only from ${day(start)})`}`
        : 'a certificate of its issuers is not valid yet',
    hint: `is the date of this machine right (${day(new Date())})? If it is, ${askOperator(host)}`,
  }
}

const otherName: Describe = (certificate, host) => {
  const names = namesOf(certificate)
  return {
    words: `its certificate is for another name${names === '' ? '' : `: ${names}`}`,
    hint: `use a name that the certificate is for; or accept the risk with --insecure ${host}`,
  }
}

/** By Node's codes. A refused certificate is a fact of the host, not of the moment. */
const problems: Readonly<Record<string, Describe>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: plain(
    'its certificate is self-signed',
    (host) =>
      `if you trust it, add it to the system's certificates or as ca.crt to certs.d/${host}; or accept the risk with --insecure ${host}`,
  ),
  SELF_SIGNED_CERT_IN_CHAIN: (certificate, host) => ({
    words: `${untrusted(certificate, host).words}: its chain ends in a self-signed certificate`,
    hint: trustIssuer(host),
  }),
  UNABLE_TO_GET_ISSUER_CERT: unverified,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unverified,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unverified,
  CERT_HAS_EXPIRED: expired,
  CERT_NOT_YET_VALID: early,
  CERT_REVOKED: plain('its certificate was revoked', askOperator),
  CERT_UNTRUSTED: plain('its certificate is not trusted for this purpose', askOperator),
  CERT_REJECTED: plain('its certificate was rejected', askOperator),
  CERT_SIGNATURE_FAILURE: plain('the signature of its certificate is wrong', askOperator),
  CERT_CHAIN_TOO_LONG: plain('its certificate chain is too long', askOperator),
  INVALID_CA: plain('a certificate of its chain may not issue certificates', askOperator),
  INVALID_PURPOSE: plain('its certificate is not meant for a server', askOperator),
  PATH_LENGTH_EXCEEDED: plain('its certificate chain is longer than its issuer allows', askOperator),
  HOSTNAME_MISMATCH: otherName,
  ERR_TLS_CERT_ALTNAME_INVALID: otherName,
  ERR_TLS_CERT_ALTNAME_FORMAT: plain('its certificate names hosts in an unknown form', askOperator),
}

export const isCertificateCode = (code: string): boolean => Object.hasOwn(problems, code) || code === 'UNSPECIFIED'

/** What is wrong with a certificate, in words, when that is what the error is about. */
export function certificateProblem(
  code: string,
  error: unknown,
  certificate: X509Certificate | undefined,
  host: string,
): Problem | undefined {
  if (Object.hasOwn(problems, code)) return problems[code]?.(certificate, host)
  // OpenSSL has reasons that Node has no code for: keys and digests that are too weak, names that are not permitted.
  if (code === 'UNSPECIFIED')
    return {
      words: `its certificate is not accepted: ${printable((error as Error).message, 200)}`,
      hint: askOperator(host),
    }
  return undefined
}

/** The names a certificate is for; many are cut short, and what they say is the server's word. */
function namesOf(certificate: X509Certificate | undefined): string {
  const all = (certificate?.subjectAltName ?? '')
    .split(', ')
    .flatMap((entry) => /^(?:DNS|IP Address):(.+)$/.exec(entry)?.[1] ?? [])
  const names = all.length > 0 ? all : [commonName(certificate?.subject)].filter((name) => name !== '')
  const shown = names.slice(0, 5).map((name) => printable(name, 100))
  return names.length > shown.length ? `${shown.join(', ')} and ${names.length - shown.length} more` : shown.join(', ')
}

const commonName = (subject: string | undefined): string => printable(/^CN=(.+)$/m.exec(subject ?? '')?.[1] ?? '', 100)

function dateOf(text: string | undefined): Date | undefined {
  const date = new Date(text ?? Number.NaN)
  return Number.isNaN(date.getTime()) ? undefined : date
}

const day = (date: Date): string => date.toISOString().slice(0, 10)
