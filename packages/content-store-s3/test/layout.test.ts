import type { Digest } from '@lading/digest'
import { generationKeys, parseBlobKey } from '@lading/content-store-s3'
import { expect, it } from 'vitest'
import {
  blobPrefix,
  leaseKey,
  nameKey,
  namePrefix,
  parseNameKey,
  parseRetiredKey,
  prefixes,
  recordKey,
  retiredKey,
  unnamedKeys,
  unnamedOwner,
} from '../src/layout.ts'
import { newNonce } from '../src/nonce.ts'

const digest: Digest = `sha256:${'ab'.repeat(32)}`
const nonce = newNonce()

it('has each object of a blob below its digest and generation, in order', () => {
  const keys = generationKeys(digest, 12)
  expect(keys.claim).toBe(`blobs/sha256/${'ab'.repeat(32)}/00000012/claim`)
  expect(keys.chunk(4_194_304, nonce)).toBe(`${blobPrefix(digest)}00000012/chunk-0000000004194304-${nonce}`)
  for (const part of ['claim', 'beat', 'done'] as const)
    expect(parseBlobKey(keys[part])).toEqual({ digest, generation: 12, part })
  for (const part of ['condemned', 'verdict'] as const)
    expect(parseBlobKey(keys[part](nonce))).toEqual({ digest, generation: 12, part, collector: nonce })
  expect(parseBlobKey(keys.chunk(7, nonce))).toEqual({ digest, generation: 12, part: { offset: 7, nonce } })
  expect(keys.chunk(9, nonce) < keys.chunk(10, nonce)).toBe(true)
})

it('knows nothing else as an object of a blob', () => {
  const { done } = generationKeys(digest, 1)
  for (const key of [`${done}x`, `x${done}`, done.replace('sha256', 'md5'), done.replace('ab', 'a'), 'blobs/', ''])
    expect(parseBlobKey(key)).toBeUndefined()
  expect(() => generationKeys('sha256:..', 1)).toThrow('sha256:..')
})

it('has names by version, records, leases and content without a digest', () => {
  expect(parseNameKey(nameKey('c'.repeat(64), 3))).toEqual({ sha256: 'c'.repeat(64), version: 3 })
  expect(nameKey('c', 9)).toMatch(new RegExp(`^${namePrefix('c')}0*9$`))
  expect(blobPrefix(digest).startsWith(prefixes.blobs)).toBe(true)
  expect(nameKey('c', 9) < nameKey('c', 10)).toBe(true)
  expect(parseRetiredKey(retiredKey('c'.repeat(64), 3))).toEqual({ sha256: 'c'.repeat(64), version: 3 })
  expect(parseNameKey('names/x/1')).toBeUndefined()
  expect(recordKey('images', digest)).toBe(`records/images/sha256/${'ab'.repeat(32)}`)
  expect(leaseKey(nonce)).toBe(`leases/${nonce}`)
  expect(unnamedOwner(unnamedKeys(nonce).chunk(0))).toBe(nonce)
  expect(unnamedOwner('unnamed/..')).toBeUndefined()
})
