import { sign, type KeyObject } from 'node:crypto'

const element = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts)
  const length =
    content.length < 0x80
      ? Buffer.of(content.length)
      : content.length < 0x100
        ? Buffer.of(0x81, content.length)
        : Buffer.of(0x82, content.length >> 8, content.length & 0xff)
  return Buffer.concat([Buffer.of(tag), length, content])
}
const sequence = (...parts: readonly Uint8Array[]): Buffer => element(0x30, ...parts)
const time = (text: string): Buffer => element(0x17, Buffer.from(text))
// sha256WithRSAEncryption and ecdsa-with-SHA256.
const algorithms: Readonly<Record<string, Buffer>> = {
  rsa: Buffer.from('300d06092a864886f70d01010b0500', 'hex'),
  ec: Buffer.from('300a06082a8648ce3d040302', 'hex'),
}
const name = (commonName: string): Buffer =>
  sequence(element(0x31, sequence(Buffer.from('0603550403', 'hex'), element(0x0c, Buffer.from(commonName)))))

/** A certificate in DER for a key, signed by another or by itself, valid for one day in 2015; without a version, one of X.509 version 1. */
export function certificateFor(
  publicKey: KeyObject,
  issuer: KeyObject,
  { version = true }: { readonly version?: boolean } = {},
): Buffer {
  const algorithm = algorithms[issuer.asymmetricKeyType ?? ''] ?? Buffer.alloc(0)
  const body = sequence(
    ...(version ? [Buffer.from('a003020102', 'hex')] : []),
    Buffer.from('02012a', 'hex'),
    algorithm,
    name('issuer'),
    sequence(time('150101000000Z'), time('150102000000Z')),
    name('subject'),
    publicKey.export({ type: 'spki', format: 'der' }),
  )
  return sequence(body, algorithm, element(0x03, Buffer.of(0), sign('sha256', body, issuer)))
}
