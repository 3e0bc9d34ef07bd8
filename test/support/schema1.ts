import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'

/** What a signature block is made with. Everything in it may be wrong. */
export interface Signer {
  readonly algorithm: string
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  /** The block's header: `alg` and `jwk`, or `x5c`. */
  readonly header: Readonly<Record<string, unknown>>
}

const curves: Readonly<Record<string, string>> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' }

/** A new key that signs as libtrust does, with its JWK and key ID in the header. */
export function newSigner(
  algorithm: string,
  { modulusLength = 2048 }: { readonly modulusLength?: number } = {},
): Signer {
  const namedCurve = curves[algorithm]
  const { privateKey, publicKey } =
    namedCurve === undefined ? generateKeyPairSync('rsa', { modulusLength }) : generateKeyPairSync('ec', { namedCurve })
  return {
    algorithm,
    privateKey,
    publicKey,
    header: { jwk: { kid: keyIdOf(publicKey), ...publicKey.export({ format: 'jwk' }) }, alg: algorithm },
  }
}

/** The same key, with a chain of certificates instead of a JWK. */
export function withChain(signer: Signer, ...certificates: readonly Uint8Array[]): Signer {
  return {
    ...signer,
    header: { alg: signer.algorithm, x5c: certificates.map((der) => Buffer.from(der).toString('base64')) },
  }
}

/** libtrust's name of a key. */
export function keyIdOf(publicKey: KeyObject): string {
  const hash = createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest()
    .subarray(0, 30)
  const bits = [...hash].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  const text = (bits.match(/.{5}/g) ?? [])
    .map((five) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.charAt(Number.parseInt(five, 2)))
    .join('')
  return (text.match(/.{4}/g) ?? []).join(':')
}

export function signBytes(
  { algorithm, privateKey }: Pick<Signer, 'algorithm' | 'privateKey'>,
  bytes: Uint8Array,
): Buffer {
  return sign(`sha${algorithm.slice(-3)}`, bytes, { key: privateKey, dsaEncoding: 'ieee-p1363' })
}

export const base64url = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString('base64url')

/** One signature block over a payload; `changed` replaces members of its protected header, `undefined` removes them. */
export function signatureBlock(
  payload: Uint8Array,
  signer: Signer,
  changed: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  const { length, tail } = cut(payload)
  const protectedHeader = base64url(
    JSON.stringify({ formatLength: length, formatTail: base64url(tail), time: '2016-01-02T03:04:05Z', ...changed }),
  )
  return {
    header: signer.header,
    signature: base64url(signBytes(signer, Buffer.from(`${protectedHeader}.${base64url(payload)}`))),
    protected: protectedHeader,
  }
}

/** A document with signatures put in before its last brace, as libtrust does. */
export function withSignatures(payload: Uint8Array, blocks: readonly unknown[]): Buffer {
  const { length, tail } = cut(payload)
  return Buffer.concat([payload.subarray(0, length), Buffer.from(`,"signatures":${JSON.stringify(blocks)}`), tail])
}

/** A JSON object, signed. Text is signed as it is. */
export function signed(
  document: object | string,
  ...signers: readonly Signer[]
): { readonly bytes: Buffer; readonly payload: Buffer; readonly digest: `sha256:${string}` } {
  const payload = Buffer.from(typeof document === 'string' ? document : JSON.stringify(document))
  return {
    bytes: withSignatures(
      payload,
      signers.map((signer) => signatureBlock(payload, signer)),
    ),
    payload,
    digest: digestOf(payload),
  }
}

function cut(payload: Uint8Array): { readonly length: number; readonly tail: Uint8Array } {
  const text = Buffer.from(payload).toString('latin1')
  const length = text.slice(0, text.lastIndexOf('}')).trimEnd().length
  return { length, tail: payload.subarray(length) }
}

/** One image of the old kind: a layer's blob and what its JSON says beside `id` and `parent`. */
export interface V1Layer {
  readonly blob: string
  readonly image?: Readonly<Record<string, unknown>> | undefined
}

/** The image ID that `schema1Document` gives to a layer, counted from the base. */
export const v1Id = (index: number): string => createHash('sha256').update(`image ${index}`).digest('hex')

/** A schema 1 document, whose layers are given base first; members may be replaced. */
export function schema1Document(
  layers: readonly V1Layer[],
  members: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  const history = layers.map(({ image }, index) => ({
    v1Compatibility: JSON.stringify({ id: v1Id(index), ...(index === 0 ? {} : { parent: v1Id(index - 1) }), ...image }),
  }))
  return {
    schemaVersion: 1,
    name: 'library/busybox',
    tag: 'latest',
    architecture: 'amd64',
    fsLayers: layers.map(({ blob }) => ({ blobSum: blob })).toReversed(),
    history: history.toReversed(),
    ...members,
  }
}

export const digestOf = (bytes: Uint8Array | string): `sha256:${string}` =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`
