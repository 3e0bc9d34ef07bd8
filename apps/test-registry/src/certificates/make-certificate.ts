import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto'
import { isIP } from 'node:net'
import { TestRegistryError } from '../error.ts'
import { bits, implicit, integer, octets, oid, sequence, set, tagged, time, truth, utf8 } from './der.ts'

export interface CertificateOptions {
  /** DNS names and IP addresses. Default `localhost`, `127.0.0.1`, `::1`. */
  readonly hosts?: readonly string[] | undefined
  /** Default: an hour ago. */
  readonly notBefore?: Date | undefined
  /** Default: in 30 days. In the past: expired. */
  readonly notAfter?: Date | undefined
  /** Who signs. Default: itself. */
  readonly issuer?: Certificate | undefined
  /** A CA that may sign others. Default false. */
  readonly authority?: boolean | undefined
  /** Default: the first host. */
  readonly commonName?: string | undefined
  /** Of its own key: P-256, Ed25519, RSA of 2048 bits. What signs is P-256, so another kind needs an issuer. Default `ec`. */
  readonly keyType?: 'ec' | 'ed25519' | 'rsa' | undefined
}

export interface Certificate {
  /** PEM. */
  readonly cert: string
  /** PKCS #8 in PEM. */
  readonly key: string
  /** For signing others. */
  readonly subject: { readonly name: Uint8Array; readonly keyId: Uint8Array; readonly privateKey: KeyObject }
}

const ecdsaWithSha256 = sequence(oid('1.2.840.10045.4.3.2'))
const hour = 3_600_000

/**
 * An X.509 certificate (RFC 5280) with a new key, for tests on loopback: good, expired, for the wrong name, self-signed.
 *
 * @throws TestRegistryError `CERTIFICATE_INVALID`
 */
export function makeCertificate(options: CertificateOptions = {}): Certificate {
  const { hosts = ['localhost', '127.0.0.1', '::1'], authority = false, issuer } = options
  const notBefore = options.notBefore ?? new Date(Date.now() - hour)
  const notAfter = options.notAfter ?? new Date(Date.now() + 720 * hour)
  for (const date of [notBefore, notAfter]) {
    if (!(date.getUTCFullYear() >= 1950 && date.getUTCFullYear() <= 9999))
      throw new TestRegistryError('CERTIFICATE_INVALID', 'not a date a certificate can hold', {
        hint: 'from 1950 to 9999',
      })
  }
  if (options.keyType !== undefined && options.keyType !== 'ec' && (issuer === undefined || authority))
    throw new TestRegistryError('CERTIFICATE_INVALID', 'only a P-256 key signs certificates', {
      hint: 'give an issuer, and no authority',
    })
  const { publicKey, privateKey } = newKeys(options.keyType)
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  // RFC 5280 4.2.1.2, method 1, over the whole structure: any value that is the key's own will do.
  const keyId = createHash('sha1').update(spki).digest()
  const name = sequence(set(sequence(oid('2.5.4.3'), utf8(options.commonName ?? hosts[0] ?? 'test'))))
  const signer = issuer?.subject ?? { name, keyId, privateKey }
  const extensions = [
    extension('2.5.29.19', sequence(...(authority ? [truth()] : [])), true),
    // keyCertSign and cRLSign, or digitalSignature.
    extension('2.5.29.15', authority ? bits(Uint8Array.of(0b0000_0110), 1) : bits(Uint8Array.of(0b1000_0000), 7), true),
    extension('2.5.29.14', octets(keyId)),
    extension('2.5.29.35', sequence(implicit(0, signer.keyId))),
    ...(authority
      ? []
      : [
          extension('2.5.29.37', sequence(oid('1.3.6.1.5.5.7.3.1'), oid('1.3.6.1.5.5.7.3.2'))),
          extension('2.5.29.17', sequence(...hosts.map(alternativeName))),
        ]),
  ]
  const body = sequence(
    tagged(0, integer(Uint8Array.of(2))),
    integer(serialNumber()),
    ecdsaWithSha256,
    signer.name,
    sequence(time(notBefore), time(notAfter)),
    name,
    spki,
    tagged(3, sequence(...extensions)),
  )
  const der = sequence(body, ecdsaWithSha256, bits(sign('sha256', body, signer.privateKey)))
  return {
    cert: pem(der),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    subject: { name, keyId, privateKey },
  }
}

function newKeys(type: CertificateOptions['keyType']): {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
} {
  if (type === 'ed25519') return generateKeyPairSync('ed25519')
  if (type === 'rsa') return generateKeyPairSync('rsa', { modulusLength: 2048 })
  return generateKeyPairSync('ec', { namedCurve: 'P-256' })
}

const extension = (id: string, value: Uint8Array, critical = false): Uint8Array =>
  sequence(oid(id), ...(critical ? [truth()] : []), octets(value))

function alternativeName(host: string): Uint8Array {
  const bare = host.replace(/^\[(.*)\]$/, '$1')
  if (isIP(bare) === 0) return implicit(2, Buffer.from(bare, 'latin1'))
  return implicit(7, addressBytes(bare))
}

function addressBytes(address: string): Uint8Array {
  if (isIP(address) === 4) return Uint8Array.from(address.split('.').map(Number))
  // The URL parser writes an IPv6 address in its one normal form, with at most one `::`.
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const [left, right] = [groups(head), groups(tail ?? '')]
  const all = [...left, ...Array.from({ length: 8 - left.length - right.length }, () => '0'), ...right]
  return Uint8Array.from(all.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff]))
}

const groups = (text: string): string[] => (text === '' ? [] : text.split(':'))

/** Positive and never zero at the front, as DER wants it. */
function serialNumber(): Uint8Array {
  const bytes = randomBytes(16)
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40
  return bytes
}

const pem = (der: Uint8Array): string =>
  `-----BEGIN CERTIFICATE-----\n${(
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  ).join('\n')}\n-----END CERTIFICATE-----\n`
