import { printable } from '@lading/errors'
import { ManifestError } from '../manifest-error.ts'
import { algorithms, type SignatureAlgorithm } from './algorithms.ts'
import { certificateKey } from './certificate-key.ts'
import { keyIdOf } from './key-id.ts'
import type { Schema1Signature } from './schema1-manifest.ts'

export interface SigningKey {
  readonly key: CryptoKey
  readonly algorithm: SignatureAlgorithm
  readonly keyId: string
}

/** 8192 bits: beyond that one verification takes longer than a pull should wait. */
const longestModulus = 1366
/** 64 bits. */
const longestExponent = 11

/**
 * The public key of a signature: of the first certificate of its chain, or else the one beside it. When both are there,
 * or a key ID, they must be about one key.
 *
 * @throws ManifestError `SCHEMA1_SIGNATURE_INVALID`
 */
export async function signingKey(block: Schema1Signature): Promise<SigningKey> {
  const algorithm = algorithms.get(block.algorithm)
  if (algorithm === undefined)
    throw unusable(
      block,
      `algorithm "${printable(block.algorithm, 40)}" is not one of ${[...algorithms.keys()].join(', ')}`,
    )
  const [ofChain, beside] = [await chainKey(block, algorithm), await jwkKey(block, algorithm)]
  const key = ofChain ?? beside
  if (key === undefined) throw unusable(block, 'it comes without a public key')
  const keyId = await idOf(key)
  if (ofChain !== undefined && beside !== undefined && (await idOf(beside)) !== keyId)
    throw unusable(block, 'its key is not that of its certificate')
  const claimed = block.jwk?.['kid'] ?? keyId
  if (claimed !== keyId)
    throw unusable(
      block,
      `its key is ${keyId} and calls itself ${typeof claimed === 'string' ? printable(claimed, 80) : 'something else'}`,
    )
  return { key, algorithm, keyId }
}

async function chainKey(block: Schema1Signature, { key, curve }: SignatureAlgorithm): Promise<CryptoKey | undefined> {
  if (block.chain === undefined) return undefined
  const keys = block.chain.map(
    (certificate, index) =>
      certificateKey(certificate) ?? fail(block, `certificate ${index + 1} of its chain cannot be read`),
  )
  const [leaf] = keys
  if (leaf === undefined) return undefined
  const asWritten = await imported(block, () =>
    crypto.subtle.importKey('spki', new Uint8Array(leaf), key, true, ['verify']),
  )
  if (curve === undefined) return asWritten
  // A point can be written in several ways, and a key has one ID.
  const { x, y } = await crypto.subtle.exportKey('jwk', asWritten)
  return imported(block, () =>
    crypto.subtle.importKey('jwk', { kty: 'EC', crv: curve, x: String(x), y: String(y) }, key, true, ['verify']),
  )
}

async function jwkKey(block: Schema1Signature, { key, curve }: SignatureAlgorithm): Promise<CryptoKey | undefined> {
  if (block.jwk === undefined) return undefined
  const member = (name: string): string => {
    const value = block.jwk?.[name]
    return typeof value === 'string' ? value : fail(block, `its key has no "${name}"`)
  }
  const kty = curve === undefined ? 'RSA' : 'EC'
  if (member('kty') !== kty)
    throw unusable(block, `a key of type "${printable(member('kty'), 40)}" cannot sign with ${block.algorithm}`)
  // Nothing but the numbers: whatever else stands there is not for us to follow.
  if (curve !== undefined) {
    if (member('crv') !== curve)
      throw unusable(block, `a key on curve "${printable(member('crv'), 40)}" cannot sign with ${block.algorithm}`)
    return imported(block, () =>
      crypto.subtle.importKey('jwk', { kty, crv: curve, x: member('x'), y: member('y') }, key, true, ['verify']),
    )
  }
  const [n, e] = [member('n'), member('e')]
  if (n.length > longestModulus || e.length > longestExponent) throw unusable(block, 'its key is too large')
  return imported(block, () => crypto.subtle.importKey('jwk', { kty, n, e }, key, true, ['verify']))
}

async function imported(block: Schema1Signature, importKey: () => Promise<CryptoKey>): Promise<CryptoKey> {
  try {
    return await importKey()
  } catch (cause) {
    if (cause instanceof ManifestError) throw cause
    throw unusable(block, `its key cannot be used with ${block.algorithm}`, cause)
  }
}

const idOf = async (key: CryptoKey): Promise<string> =>
  keyIdOf(new Uint8Array(await crypto.subtle.exportKey('spki', key)))

export function unusable({ path }: Schema1Signature, why: string, cause?: unknown): ManifestError {
  return new ManifestError('SCHEMA1_SIGNATURE_INVALID', `the signature at ${path} cannot be verified: ${why}`, {
    at: path,
    cause,
    hint: 'the manifest was damaged or tampered with; have the image pushed again',
  })
}

function fail(block: Schema1Signature, why: string): never {
  throw unusable(block, why)
}
