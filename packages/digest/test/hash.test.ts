import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chainIdOf, createHasher, digestOf, nextChainId, verifyBytes } from '../src/hash/index.ts'
import { isDigest, type Algorithm, type Digest } from '../src/index.ts'

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)

const emptyDigest: Digest = 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
const emptyTar: Digest = 'sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef'
const algorithms: Algorithm[] = ['sha256', 'sha384', 'sha512']

describe('digestOf', () => {
  it.each([
    ['no bytes', new Uint8Array(), emptyDigest],
    ['the empty tar', new Uint8Array(1024), emptyTar],
    [
      'id1 five times',
      encode('id1'.repeat(5)),
      'sha256:68e2c75dc5c78ea9240689c60d7599766c213ae210434c53af18470ae8c53ec1',
    ],
    [
      'id2 five times',
      encode('id2'.repeat(5)),
      'sha256:64a636223116aa837973a5d9c2bdd17d9b204e4f95ac423e20e65dfbb3655473',
    ],
    [
      'id3 five times',
      encode('id3'.repeat(5)),
      'sha256:58745a8bbd669c25213e9de578c4da5c8ee1c836b3581432c2b50e38a6753300',
    ],
    [
      'id4 five times',
      encode('id4'.repeat(5)),
      'sha256:0dfb5b9577716cc173e95af7c10289322c29a6453a1718addc00c0c5b1330936',
    ],
    [
      'id5 five times',
      encode('id5'.repeat(5)),
      'sha256:0a5f25fa1acbc647f6112a6276735d0fa01e4ee2aa7ec33015e337350e1ea23d',
    ],
  ])('of %s', (_, bytes, digest) => expect(digestOf(bytes)).toBe(digest))

  it('reads only the view, not the buffer behind it', () => {
    expect(digestOf(encode('xxid1id1id1id1id1xx').subarray(2, 17))).toBe(digestOf(encode('id1'.repeat(5))))
  })

  it.each(algorithms)('%s makes a digest of that algorithm', (algorithm) => {
    expect(isDigest(digestOf(encode('abc'), algorithm))).toBe(true)
    expect(digestOf(encode('abc'), algorithm)).toBe(`${algorithm}:${createHash(algorithm).update('abc').digest('hex')}`)
  })

  it.each(['md5', 'sha1', 'SHA256', 'toString', 'blake3'])('refuses %s, whatever Node could compute', (algorithm) => {
    const refusal = expect.objectContaining({ name: 'DigestError', code: 'DIGEST_UNSUPPORTED' })
    expect(() => digestOf(new Uint8Array(), algorithm as Algorithm)).toThrow(refusal)
    expect(() => createHasher(algorithm as Algorithm)).toThrow(refusal)
  })
})

describe('createHasher', () => {
  it.each(algorithms)('%s forks: both go their own way from what came so far', (algorithm) => {
    const hasher = createHasher(algorithm)
    hasher.update(encode('ab'))
    const fork = hasher.fork()
    hasher.update(encode('c'))
    fork.update(encode('d'))
    expect(hasher.digest()).toBe(digestOf(encode('abc'), algorithm))
    expect(fork.digest()).toBe(digestOf(encode('abd'), algorithm))
    expect(() => hasher.fork()).toThrow('already called')
  })

  it('does not care how the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 8 }),
        fc.constantFrom(...algorithms),
        (chunks, algorithm) => {
          const hasher = createHasher(algorithm)
          for (const chunk of chunks) hasher.update(chunk)
          expect(hasher.digest()).toBe(
            digestOf(Uint8Array.from(chunks.flatMap((chunk) => Array.from(chunk))), algorithm),
          )
        },
      ),
    )
  })

  it('is done with a chunk when update returns', () => {
    const hasher = createHasher()
    const chunk = encode('id1'.repeat(5))
    hasher.update(chunk)
    chunk.fill(0)
    expect(hasher.digest()).toBe(digestOf(encode('id1'.repeat(5))))
  })

  it('gives the same answer again, and takes nothing more', () => {
    const hasher = createHasher()
    expect(hasher.digest()).toBe(emptyDigest)
    expect(hasher.digest()).toBe(emptyDigest)
    expect(() => hasher.update(encode('late'))).toThrow('Digest already called')
  })
})

describe('verifyBytes', () => {
  const bytes = encode('id1'.repeat(5))
  const digest = digestOf(bytes)

  it.each(algorithms)('returns for the right bytes: %s', (algorithm) => {
    expect(verifyBytes(bytes, { digest: digestOf(bytes, algorithm), size: 15 })).toBeUndefined()
    expect(verifyBytes(bytes, { digest: digestOf(bytes, algorithm) })).toBeUndefined()
  })

  it('compares the size first', () => {
    expect(() => verifyBytes(encode('other'), { digest, size: 15 })).toThrow(
      expect.objectContaining({
        code: 'SIZE_MISMATCH',
        message: `content of ${digest} has 5 bytes instead of 15`,
        facts: { digest, expected: 15, actual: 5 },
      }),
    )
    expect(() => verifyBytes(bytes, { digest, size: 14 })).toThrow(expect.objectContaining({ code: 'SIZE_MISMATCH' }))
    expect(() => verifyBytes(bytes, { digest, size: Number.NaN })).toThrow(
      expect.objectContaining({ code: 'SIZE_MISMATCH' }),
    )
  })

  it('names the digest expected and the one found', () => {
    const other = encode('id2'.repeat(5))
    expect(() => verifyBytes(other, { digest, size: 15 })).toThrow(
      expect.objectContaining({
        code: 'DIGEST_MISMATCH',
        message: `content is ${digestOf(other)} instead of ${digest}`,
        facts: { digest, expected: digest, actual: digestOf(other) },
      }),
    )
  })

  it('notices any single bit', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 64 }), fc.nat(), (content, at) => {
        const expected = { digest: digestOf(content), size: content.length }
        const bit = at % (content.length * 8)
        const damaged = Uint8Array.from(content)
        damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        expect(() => verifyBytes(damaged, expected)).toThrow(expect.objectContaining({ code: 'DIGEST_MISMATCH' }))
      }),
    )
  })

  it('wants a digest to compare with, whatever the size says', () => {
    expect(() => verifyBytes(bytes, { digest: 'sha256:..', size: 1 })).toThrow(
      expect.objectContaining({ code: 'DIGEST_INVALID_FORMAT' }),
    )
  })
})

describe('chainIDs', () => {
  const layers = ['id1', 'id2', 'id3'].map((id) => digestOf(encode(id.repeat(5))))
  const [base, second, third] = layers as [Digest, Digest, Digest]

  it('of no layers: none', () => expect(chainIdOf([])).toBeUndefined())

  it('of one layer: its diffID', () => {
    expect(chainIdOf([base])).toBe(base)
    expect(nextChainId(undefined, base)).toBe(base)
  })

  it('of more: sha256 over parent, space, diffID', () => {
    const two = `sha256:${createHash('sha256').update(`${base} ${second}`).digest('hex')}`
    const three = `sha256:${createHash('sha256').update(`${two} ${third}`).digest('hex')}`
    expect(chainIdOf([base, second])).toBe(two)
    expect(chainIdOf(layers)).toBe(three)
    expect(nextChainId(two as Digest, third)).toBe(three)
  })

  it('fold from any cut', () => {
    const diffId = fc.uint8Array({ maxLength: 4 }).map((bytes) => digestOf(bytes))
    fc.assert(
      fc.property(fc.array(diffId, { minLength: 1, maxLength: 8 }), fc.nat(), (diffIds, at) => {
        const cut = at % diffIds.length
        expect(diffIds.slice(cut).reduce<Digest | undefined>(nextChainId, chainIdOf(diffIds.slice(0, cut)))).toBe(
          chainIdOf(diffIds),
        )
      }),
    )
  })

  it('are not made of what is no digest', () => {
    expect(() => chainIdOf(['sha256:abc'])).toThrow(expect.objectContaining({ code: 'DIGEST_INVALID_LENGTH' }))
    expect(() => nextChainId(base, 'sha256:abc')).toThrow(expect.objectContaining({ code: 'DIGEST_INVALID_LENGTH' }))
  })
})
