import { X509Certificate, constants, generateKeyPairSync, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { GeneralSign, generalVerify, importJWK } from 'jose'
import { describe, expect, it } from 'vitest'
import {
  base64url,
  keyIdOf,
  newSigner,
  schema1Document,
  signatureBlock,
  signed,
  withChain,
  withSignatures,
  type Signer,
} from '../../../../test/support/schema1.ts'
import { atScale } from '../../../../test/support/scale.ts'
import { DOCKER_SCHEMA1, DOCKER_SCHEMA1_SIGNED, ManifestError } from '../../src/index.ts'
import { decodeSchema1, verifySchema1, type Schema1Signer } from '../../src/schema1/index.ts'
import { certificateFor } from '../support/certificate.ts'

const layer = { blob: `sha256:${'a'.repeat(64)}` }
const document = schema1Document([layer])
const { payload } = signed(document)
const es256 = newSigner('ES256')
const rs256 = newSigner('RS256')
const byAlgorithm = new Map([es256, rs256].map((signer) => [signer.algorithm, signer]))
/** One for each algorithm: a key of RSA takes long to make. */
function signerWith(algorithm: string): Signer {
  const signer = byAlgorithm.get(algorithm) ?? newSigner(algorithm)
  byAlgorithm.set(algorithm, signer)
  return signer
}
const verify = async (bytes: Uint8Array): Promise<readonly Schema1Signer[]> =>
  verifySchema1(decodeSchema1(bytes, DOCKER_SCHEMA1_SIGNED))
const signedBy = (...signers: readonly Signer[]): Buffer => signed(document, ...signers).bytes
/** A document with one block, whose header says something else of its key. */
const withHeader = (signer: Signer, header: Readonly<Record<string, unknown>>): Buffer =>
  signedBy({ ...signer, header: { ...signer.header, ...header } })
const withJwk = (signer: Signer, members: Readonly<Record<string, unknown>>): Buffer =>
  withHeader(signer, { jwk: { ...(signer.header['jwk'] as object), ...members } })

async function refusalOf(promise: Promise<unknown>): Promise<ManifestError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof ManifestError)) throw new Error('no typed error', { cause: error })
  return error
}

describe('a signature is verified', () => {
  it.each(['ES256', 'ES384', 'ES512', 'RS256', 'RS384', 'RS512'])('%s with the key beside it', async (algorithm) => {
    const signer = signerWith(algorithm)
    expect(await verify(signedBy(signer))).toEqual([{ algorithm, keyId: keyIdOf(signer.publicKey) }])
  })

  it("of Debian's docker-registry", async () => {
    const real = readFileSync(new URL('../fixtures/docker-registry-2.8.2.schema1.json', import.meta.url))
    expect(await verify(real)).toEqual([
      { algorithm: 'ES256', keyId: '2VL4:AGTI:RUNB:WJZ5:XYL3:TKNI:WSO6:6SK7:FJSM:22VO:SEFD:R652' },
    ])
  })

  it.each([[es256], [newSigner('ES384')], [rs256]])(
    'with the first certificate of a chain, expired and of an unknown issuer',
    async (signer) => {
      const authority = signerWith('RS384')
      const leaf = certificateFor(signer.publicKey, authority.privateKey)
      expect(new X509Certificate(leaf).publicKey.equals(signer.publicKey)).toBe(true)
      expect(
        await verify(signedBy(withChain(signer, leaf, certificateFor(authority.publicKey, authority.privateKey)))),
      ).toEqual([{ algorithm: signer.algorithm, keyId: keyIdOf(signer.publicKey) }])
    },
  )

  it('with a certificate of X.509 version 1', async () => {
    expect(
      await verify(signedBy(withChain(es256, certificateFor(es256.publicKey, es256.privateKey, { version: false })))),
    ).toHaveLength(1)
  })

  it('with a chain and a key that are the same', async () => {
    const leaf = certificateFor(es256.publicKey, es256.privateKey)
    expect(await verify(withHeader(es256, { x5c: [leaf.toString('base64')] }))).toHaveLength(1)
  })

  it('each of several', async () => {
    expect((await verify(signedBy(es256, rs256))).map(({ algorithm }) => algorithm)).toEqual(['ES256', 'RS256'])
  })

  it('without a key ID', async () => {
    expect(await verify(withJwk(es256, { kid: undefined }))).toHaveLength(1)
  })

  it('and there is none on an unsigned manifest', async () => {
    expect(await verifySchema1(decodeSchema1(payload, DOCKER_SCHEMA1))).toEqual([])
  })
})

describe('jose agrees', () => {
  it.each([
    ['ES256', 'jwk'],
    ['ES384', 'jwk'],
    ['RS256', 'jwk'],
    ['RS256', 'x5c'],
  ])('that what we verify is a good JSON web signature: %s by %s', async (algorithm, how) => {
    const signer = signerWith(algorithm)
    const bytes = signedBy(
      how === 'jwk' ? signer : withChain(signer, certificateFor(signer.publicKey, signer.privateKey)),
    )
    await verify(bytes)
    const { signatures } = JSON.parse(bytes.toString()) as {
      signatures: { protected: string; signature: string; header: { alg: string } }[]
    }
    const verified = await generalVerify(
      { payload: base64url(payload), signatures },
      await importJWK(signer.publicKey.export({ format: 'jwk' }), algorithm),
    )
    expect(Buffer.from(verified.payload)).toEqual(payload)
  })

  it.each(['ES256', 'ES384', 'RS256'])('and what it signs is verified here: %s', async (algorithm) => {
    const signer = signerWith(algorithm)
    const { length } = payload.subarray(0, -1)
    const made = await new GeneralSign(payload)
      .addSignature(signer.privateKey)
      .setProtectedHeader({ formatLength: length, formatTail: base64url('}') })
      .setUnprotectedHeader({
        alg: algorithm,
        jwk: signer.publicKey.export({ format: 'jwk' }) as Record<string, string>,
      })
      .sign()
    expect(await verify(withSignatures(payload, made.signatures))).toEqual([
      { algorithm, keyId: keyIdOf(signer.publicKey) },
    ])
  })
})

describe('a signature is refused', () => {
  const other = newSigner('ES256')
  const foreign = signatureBlock(Buffer.from('{"a":1}'), es256)
  const good = signatureBlock(payload, es256)
  const signingInput = Buffer.from(`${String(good['protected'])}.${base64url(payload)}`)
  const pss = {
    ...good,
    header: { ...rs256.header },
    signature: base64url(
      sign('sha256', signingInput, { key: rs256.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING }),
    ),
  }
  const cases: readonly (readonly [what: string, bytes: () => Uint8Array, says: RegExp])[] = [
    [
      'over other content',
      () => withSignatures(payload, [{ ...good, signature: foreign['signature'] }]),
      /not that of/,
    ],
    ['of another key', () => withSignatures(payload, [{ ...good, header: other.header }]), /not that of/],
    [
      'with another protected header',
      () =>
        withSignatures(payload, [
          {
            ...good,
            protected: base64url(JSON.stringify({ formatLength: payload.length - 1, formatTail: base64url('}') })),
          },
        ]),
      /not that of/,
    ],
    [
      'in DER instead of two numbers',
      () =>
        withSignatures(payload, [{ ...good, signature: base64url(sign('sha256', signingInput, es256.privateKey)) }]),
      /not that of/,
    ],
    ['that is empty', () => withSignatures(payload, [{ ...good, signature: '' }]), /not that of/],
    ['padded by PSS', () => withSignatures(payload, [pss]), /not that of/],
    [
      'when only the second of two is bad',
      () => withSignatures(payload, [good, { ...good, signature: foreign['signature'] }]),
      /signatures\[1\].*not that of/,
    ],
    ['without a key', () => withHeader(es256, { jwk: undefined }), /without a public key/],
    ['of algorithm none', () => withHeader(es256, { alg: 'none' }), /algorithm "none"/],
    ['by a shared secret', () => withHeader(es256, { alg: 'HS256' }), /algorithm "HS256"/],
    [
      'of an algorithm that is a member of every object',
      () => withHeader(es256, { alg: 'constructor' }),
      /algorithm "constructor"/,
    ],
    [
      'of an algorithm that is for another curve',
      () => withHeader(es256, { alg: 'ES384' }),
      /curve "P-256" cannot sign with ES384/,
    ],
    [
      'of an algorithm that is for another kind of key',
      () => withHeader(es256, { alg: 'RS256' }),
      /type "EC" cannot sign with RS256/,
    ],
    [
      'of a certificate whose key is of another kind',
      () => withHeader(withChain(rs256, certificateFor(rs256.publicKey, rs256.privateKey)), { alg: 'ES256' }),
      /cannot be used with ES256/,
    ],
    ['when the key calls itself another one', () => withJwk(es256, { kid: keyIdOf(other.publicKey) }), /calls itself/],
    ['when the key calls itself no text', () => withJwk(es256, { kid: {} }), /calls itself something else/],
    ['when the key has no coordinate', () => withJwk(es256, { y: undefined }), /no "y"/],
    [
      'when the key is not on its curve',
      () => withJwk(es256, { x: base64url(Buffer.alloc(32, 1)), kid: undefined }),
      /cannot be used with ES256/,
    ],
    ['when the key is a single secret', () => withHeader(es256, { jwk: { kty: 'oct', k: 'AAAA' } }), /type "oct"/],
    ['when the key is larger than anybody needs', () => withJwk(rs256, { n: 'A'.repeat(2000) }), /too large/],
    ["when the key's exponent is", () => withJwk(rs256, { e: 'A'.repeat(20) }), /too large/],
    [
      'when chain and key are of two signers',
      () => withHeader(es256, { x5c: [certificateFor(other.publicKey, other.privateKey).toString('base64')] }),
      /not that of its certificate/,
    ],
    [
      'when the certificate is that of another',
      () => signedBy(withChain(es256, certificateFor(other.publicKey, other.privateKey))),
      /not that of/,
    ],
    [
      'when the certificate is rubbish',
      () => signedBy(withChain(es256, Buffer.from('rubbish'))),
      /certificate 1 of its chain cannot be read/,
    ],
    [
      'when the certificate is cut',
      () => signedBy(withChain(es256, certificateFor(es256.publicKey, es256.privateKey).subarray(0, -1))),
      /certificate 1/,
    ],
    [
      'when the certificate goes on',
      () =>
        signedBy(withChain(es256, Buffer.concat([certificateFor(es256.publicKey, es256.privateKey), Buffer.of(0)]))),
      /certificate 1/,
    ],
    [
      'when a further certificate is rubbish',
      () => signedBy(withChain(es256, certificateFor(es256.publicKey, es256.privateKey), Buffer.of(0x30, 0))),
      /certificate 2/,
    ],
    [
      'when the certificate has a key of a kind that signs nothing here',
      () => signedBy(withChain(es256, certificateFor(generateKeyPairSync('ed25519').publicKey, es256.privateKey))),
      /cannot be used with ES256/,
    ],
  ]

  it.each(cases)('%s', async (_what, bytes, says) => {
    const error = await refusalOf(verify(bytes()))
    expect([error.code, error.message]).toEqual(['SCHEMA1_SIGNATURE_INVALID', expect.stringMatching(says)])
    expect(error).toMatchObject({
      at: expect.stringMatching(/^\$\.signatures\[\d\]$/) as string,
      hint: expect.stringContaining('pushed again') as string,
    })
  })

  it('whatever byte of the payload was changed', async () => {
    const bytes = signedBy(es256)
    const whole = decodeSchema1(bytes, DOCKER_SCHEMA1_SIGNED)
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: whole.payload.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        async (at, difference) => {
          const changed = Uint8Array.from(whole.payload)
          changed[at] = (changed[at] ?? 0) ^ difference
          expect((await refusalOf(verifySchema1({ ...whole, payload: changed }))).code).toBe(
            'SCHEMA1_SIGNATURE_INVALID',
          )
        },
      ),
      { numRuns: atScale(50, 2_000) },
    )
  })

  it('not for the way its key is written: a point with the sign of y beside y is the same key', async () => {
    const hybrid = Buffer.from(certificateFor(es256.publicKey, es256.privateKey))
    const point = hybrid.indexOf(Buffer.from([0x03, 0x42, 0x00, 0x04])) + 3
    hybrid[point] = 6 + ((hybrid[point + 64] ?? 0) & 1)
    const [signer] = await verify(signedBy(withChain(es256, hybrid)))
    expect(signer?.keyId).toBe(keyIdOf(es256.publicKey))
  })

  it('with a typed error, whatever byte of the certificate was changed', async () => {
    const leaf = certificateFor(es256.publicKey, es256.privateKey)
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: leaf.length - 1 }), fc.integer({ min: 0, max: 255 }), async (at, byte) => {
        const changed = Buffer.from(leaf)
        changed[at] = byte
        const outcome = await verify(signedBy(withChain(es256, changed))).then(
          (signers) => signers[0]?.keyId,
          (error: unknown) => error,
        )
        expect(
          outcome === keyIdOf(es256.publicKey) ||
            (outcome instanceof ManifestError && outcome.code === 'SCHEMA1_SIGNATURE_INVALID'),
        ).toBe(true)
      }),
      { numRuns: atScale(100, 5_000) },
    )
  })
})
