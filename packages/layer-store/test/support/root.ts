import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { algorithmOf, hexOf, type Digest } from '@lading/digest'
import { digestOf } from '@lading/digest/hash'
import { afterEach } from 'vitest'

const roots: string[] = []

afterEach(async () => {
  await Promise.all(roots.splice(0).map((root) => rm(root, { recursive: true, force: true })))
})

/** A directory that is gone after the test. */
export async function temporaryRoot(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'lading-layers-'))
  roots.push(root)
  return root
}

export const blobFile = (root: string, digest: Digest): string =>
  join(root, 'blobs', algorithmOf(digest), hexOf(digest))

/** Puts a blob where the content store would, under its digest or a wrong one. */
export async function putBlob(
  root: string,
  bytes: Uint8Array,
  digest: Digest = digestOf(bytes),
): Promise<{ digest: Digest; size: number }> {
  const path = blobFile(root, digest)
  await mkdir(join(path, '..'), { recursive: true })
  await writeFile(path, bytes)
  return { digest, size: bytes.length }
}

/** Bytes that look like a tar of programs: some runs, some noise. */
export function sample(length: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(length)
  let state = seed
  for (let at = 0; at < length; at++) {
    if (at % 64 === 0) state = (Math.imul(state, 1103515245) + 12345) >>> 0
    bytes[at] = at % 96 < 40 ? 0 : (state >>> (at % 24)) & 255
  }
  return bytes
}
