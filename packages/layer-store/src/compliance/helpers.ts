import assert from 'node:assert/strict'
import { gzipSync } from 'node:zlib'
import type { BlobAddress, ContentStore, Ingest } from '@lading/content-store'
import type { Algorithm, Digest } from '@lading/digest'
import { digestOf } from '@lading/digest/hash'

export const digest = (of: string, algorithm?: Algorithm): Digest => digestOf(new TextEncoder().encode(of), algorithm)

/** Bytes that look like a tar of programs: some runs, some noise. */
export const tar: Uint8Array = someBytes(300_000)
export const layer: { readonly diffId: Digest; readonly size: number } = { diffId: digestOf(tar), size: tar.length }
export const gzipped: Uint8Array = new Uint8Array(gzipSync(tar))

function someBytes(length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  let state = 1
  for (let at = 0; at < length; at++) {
    if (at % 64 === 0) state = (Math.imul(state, 1103515245) + 12345) >>> 0
    bytes[at] = at % 96 < 40 ? 0 : (state >>> (at % 24)) & 255
  }
  return bytes
}

export const addressOf = (bytes: Uint8Array): BlobAddress => ({ digest: digestOf(bytes), size: bytes.length })

export async function startIngest<Growth>(contents: ContentStore<Growth>, bytes: Uint8Array): Promise<Ingest<Growth>> {
  const ingest = await contents.ingest(addressOf(bytes))
  assert.ok(ingest !== undefined, 'the blob is not here, so there is an ingest')
  return ingest
}

export async function write(ingest: Ingest, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; at += 10_000) await ingest.write(bytes.slice(at, at + 10_000))
}

export async function store(contents: ContentStore, bytes: Uint8Array): Promise<BlobAddress> {
  const ingest = await startIngest(contents, bytes)
  await ingest.begin({ start: 0, source: 'compliance' })
  await write(ingest, bytes)
  await ingest.commit()
  return addressOf(bytes)
}
