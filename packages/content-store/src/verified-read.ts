import type { AbortOptions } from '@lading/clock'
import { algorithmOf } from '@lading/digest'
import { createHasher, digestOf } from '@lading/digest/hash'
import { damaged, openBlob, unreadable, type BlobFile } from './blob-file.ts'
import { ContentError } from './content-error.ts'

// A blob is damaged when it was read whole, on two opens, and was wrong both times: bytes that a memory, a bus or a
// network spoiled on their way are right the next time.

/** The blob in chunks, and at the end the certainty that they were right. */
export async function* readVerified(
  where: BlobFile,
  size: number,
  options: AbortOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const { digest } = where
  const blob = await openBlob(where)
  try {
    const hasher = createHasher(algorithmOf(digest))
    // A wrong size is the file's fault or the caller's; only the digest of all of it can tell, and nothing is handed out.
    const handOut = size === blob.size
    let at = 0
    for (;;) {
      options.signal?.throwIfAborted()
      const chunk = await blob.read(at)
      if (chunk.length === 0) break
      hasher.update(chunk)
      at += chunk.length
      if (handOut) yield chunk
    }
    const actual = hasher.digest()
    if (actual !== digest) {
      await verifyBlob(where, options)
      throw await unreadable(where, { expected: digest, actual })
    }
    if (!handOut) {
      throw new ContentError('SIZE_MISMATCH', `${digest} has ${blob.size} bytes, not ${size}`, {
        digest,
        path: where.path,
        expected: size,
        actual: blob.size,
        hint: 'the descriptor states a wrong size; the blob itself is good',
      })
    }
  } finally {
    await blob.close()
  }
}

/** All of a small blob, right. @throws `TOO_LARGE` for one of more than `maxBytes`, before any of it is read */
export async function readWhole(
  where: BlobFile,
  options: AbortOptions & { readonly maxBytes: number },
): Promise<Uint8Array> {
  const { digest } = where
  let actual: string | undefined
  for (let time = 0; time < 2; time++) {
    const chunks: Uint8Array[] = []
    await readThrough(where, (chunk) => chunks.push(chunk), options)
    const bytes = chunks.length === 1 ? (chunks[0] as Uint8Array) : new Uint8Array(Buffer.concat(chunks))
    actual = digestOf(bytes, algorithmOf(digest))
    if (actual === digest) return bytes
  }
  throw damaged(where, { expected: digest, actual })
}

/** Reads all of it and hands out nothing. Its size in bytes. */
export async function verifyBlob(where: BlobFile, options: AbortOptions = {}): Promise<number> {
  const { digest } = where
  let actual: string | undefined
  for (let time = 0; time < 2; time++) {
    const hasher = createHasher(algorithmOf(digest))
    const size = await readThrough(where, (chunk) => hasher.update(chunk), options)
    actual = hasher.digest()
    if (actual === digest) return size
  }
  throw damaged(where, { expected: digest, actual })
}

async function readThrough(
  where: BlobFile,
  take: (chunk: Uint8Array) => void,
  { signal, maxBytes = Infinity }: AbortOptions & { readonly maxBytes?: number | undefined },
): Promise<number> {
  const blob = await openBlob(where)
  try {
    if (blob.size > maxBytes) throw tooLarge(where, blob.size, maxBytes)
    for (let at = 0; ;) {
      signal?.throwIfAborted()
      const chunk = await blob.read(at)
      if (chunk.length === 0) return at
      take(chunk)
      at += chunk.length
    }
  } finally {
    await blob.close()
  }
}

const tooLarge = ({ digest, path }: BlobFile, size: number, maxBytes: number): ContentError =>
  new ContentError('TOO_LARGE', `${digest} has ${size} bytes, more than the limit of ${maxBytes}`, {
    digest,
    path,
    expected: maxBytes,
    actual: size,
    hint: 'read it in chunks with open(), or raise maxBytes',
  })
