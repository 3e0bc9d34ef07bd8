/** How a signature is verified, by the name in its header (RFC 7518 3.1): what libtrust writes. */
export interface SignatureAlgorithm {
  /** Web Crypto's name, and what importing a key needs beside it. */
  readonly key:
    | { readonly name: 'ECDSA'; readonly namedCurve: string }
    | { readonly name: 'RSASSA-PKCS1-v1_5'; readonly hash: string }
  readonly verify: { readonly name: string; readonly hash?: string | undefined }
  /** The only curve of an EC key that may sign so. */
  readonly curve?: string | undefined
}

const ecdsa = (curve: string, hash: string): SignatureAlgorithm => ({
  key: { name: 'ECDSA', namedCurve: curve },
  verify: { name: 'ECDSA', hash },
  curve,
})
const rsa = (hash: string): SignatureAlgorithm => ({
  key: { name: 'RSASSA-PKCS1-v1_5', hash },
  verify: { name: 'RSASSA-PKCS1-v1_5' },
})

/** A map, so that `constructor` is no algorithm; and `none` is none either. */
export const algorithms: ReadonlyMap<string, SignatureAlgorithm> = new Map([
  ['ES256', ecdsa('P-256', 'SHA-256')],
  ['ES384', ecdsa('P-384', 'SHA-384')],
  ['ES512', ecdsa('P-521', 'SHA-512')],
  ['RS256', rsa('SHA-256')],
  ['RS384', rsa('SHA-384')],
  ['RS512', rsa('SHA-512')],
])
