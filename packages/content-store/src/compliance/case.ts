import assert from 'node:assert/strict'
import { digestOf } from '@lading/digest/hash'
import { isLadingError } from '@lading/errors'
import type { BlobAddress, ContentStore } from '../content-store.ts'
import type { Ingest } from '../ingest.ts'
import type { ContentStoreSubject } from './subject.ts'

/** One promise of the contract. */
export interface Case {
  readonly name: string
  readonly run: (subject: Awaited<ReturnType<ContentStoreSubject['create']>>) => Promise<void>
}

/** Reproducible bytes, each blob of its own. */
export function someBytes(size: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(size)
  let state = (seed + 1) * 2654435761
  for (let index = 0; index < size; index++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    bytes[index] = state >>> 24
  }
  return bytes
}

export function addressOf(bytes: Uint8Array): BlobAddress {
  return { digest: digestOf(bytes), size: bytes.length }
}

type IngestOptions = Parameters<ContentStore['ingest']>[1]

export async function startIngest(contents: ContentStore, blob: BlobAddress, options?: IngestOptions): Promise<Ingest> {
  const ingest = await contents.ingest(blob, options)
  assert.ok(ingest, 'the blob is not here, so there is an ingest')
  return ingest
}

export async function writeAll(ingest: Ingest, bytes: Uint8Array, from = 0): Promise<void> {
  await ingest.begin({ start: from, source: 'compliance' })
  for (let at = from; at < bytes.length; at += 1000) await ingest.write(bytes.slice(at, at + 1000))
}

export async function store(contents: ContentStore, bytes: Uint8Array, options?: IngestOptions): Promise<BlobAddress> {
  const blob = addressOf(bytes)
  const ingest = await startIngest(contents, blob, options)
  await writeAll(ingest, bytes)
  await ingest.commit()
  return blob
}

/**
 * For suites: a call fails with an error of ours that has this code and a hint. Whether thrown or rejected does not matter.
 *
 * @throws AssertionError
 */
export async function failsWith(code: string, run: () => unknown): Promise<void> {
  let failure: unknown
  try {
    await run()
  } catch (error) {
    failure = error
  }
  if (!isLadingError(failure))
    throw new assert.AssertionError({ message: `expected ${code}`, actual: failure, expected: code })
  assert.equal(failure.code, code)
  assert.ok(failure.hint !== undefined, `${code} has a hint`)
}

export async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = []
  for await (const chunk of chunks) all.push(chunk)
  return new Uint8Array(Buffer.concat(all))
}
