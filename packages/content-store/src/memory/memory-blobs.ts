import { algorithmOf, parseDigest, type Digest } from '@lading/digest'
import { digestOf } from '@lading/digest/hash'
import { ContentError } from '../content-error.ts'
import type { Memory, MemoryBlob } from './memory.ts'

/**
 * Takes the place, unless as many bytes are there: those count as the same blob.
 *
 * @param instead the copy that is known to be bad, which is set aside
 */
export function putBlob({ blobs, quarantine }: Memory, digest: Digest, bytes: Uint8Array, instead?: MemoryBlob): void {
  const there = blobs.get(digest)
  if (there !== undefined && there !== instead && there.bytes.length === bytes.length) return
  if (there !== undefined) quarantine.push(there)
  blobs.set(digest, { bytes, modifiedMs: Date.now() })
}

/** What was removed can be read until the trash is emptied. @throws `CONTENT_UNKNOWN`, `DigestError` */
export function blobOf({ blobs, trash }: Memory, digest: Digest): MemoryBlob {
  const blob = blobs.get(parseDigest(digest)) ?? trash.findLast((removed) => removed.digest === digest)?.blob
  if (blob !== undefined) return blob
  throw new ContentError('CONTENT_UNKNOWN', `${digest} is not here`, {
    digest,
    hint: 'pull the image that it belongs to',
  })
}

/** @throws `CONTENT_UNKNOWN`, `CONTENT_DAMAGED` */
export function soundBlob(memory: Memory, digest: Digest): MemoryBlob {
  const blob = blobOf(memory, digest)
  const actual = digestOf(blob.bytes, algorithmOf(digest))
  if (actual === digest) return blob
  throw new ContentError('CONTENT_DAMAGED', `${digest} is damaged in memory: it is ${actual}`, {
    digest,
    expected: digest,
    actual,
    hint: 'pull the image again: a good copy replaces it, and this one is kept aside',
  })
}

export function wrongSize(digest: Digest, expected: number, actual: number): ContentError {
  return new ContentError('SIZE_MISMATCH', `${digest} has ${actual} bytes, not ${expected}`, {
    digest,
    expected,
    actual,
    hint: 'the descriptor states a wrong size',
  })
}

export function joined(chunks: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(chunks))
}
