import { encodeBase64Url } from './encode-base64url.ts'
import type { Schema1Manifest, Schema1Signature } from './schema1-manifest.ts'
import { signingKey, unusable } from './signing-key.ts'

/** Whose signature it is. The key came with it, so this says who, and not that anybody trusts them. */
export interface Schema1Signer {
  /** libtrust's name of the key: `OD6I:6DRK:JXEJ:…`. */
  readonly keyId: string
  /** `ES256`, `RS256` … */
  readonly algorithm: string
}

/**
 * Verifies every signature of a schema 1 manifest with the key that came with it, by Web Crypto. That shows that the
 * payload is what its signer signed; the signer is anybody, and so are the certificates, whose chain is only read.
 *
 * @returns the signers, in the order of the signatures; none for an unsigned manifest
 * @throws ManifestError `SCHEMA1_SIGNATURE_INVALID` when one does not fit or cannot be verified
 */
export async function verifySchema1({
  payload,
  signatures,
}: Pick<Schema1Manifest, 'payload' | 'signatures'>): Promise<readonly Schema1Signer[]> {
  const encoded = signatures.length === 0 ? '' : encodeBase64Url(payload)
  const signers: Schema1Signer[] = []
  for (const block of signatures) signers.push(await verifyOne(block, encoded))
  return signers
}

async function verifyOne(block: Schema1Signature, encodedPayload: string): Promise<Schema1Signer> {
  const { key, algorithm, keyId } = await signingKey(block)
  // RFC 7515 5.2; of ECDSA the two numbers side by side (RFC 7518 3.4), as Web Crypto takes them.
  const signed = new TextEncoder().encode(`${block.protectedHeader}.${encodedPayload}`)
  const { name, hash } = algorithm.verify
  if (
    !(await crypto.subtle.verify(
      { name, ...(hash === undefined ? {} : { hash }) },
      key,
      new Uint8Array(block.signature),
      signed,
    ))
  )
    throw unusable(block, `it is not that of ${keyId} over this content`)
  return { keyId, algorithm: block.algorithm }
}
