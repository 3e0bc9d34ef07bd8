import { join } from 'node:path'
import { createContentStore, growthState, type FileIngest } from '@lading/content-store'
import type { Digest } from '@lading/digest'
import { digestOf } from '@lading/digest/hash'
import { expect, it } from 'vitest'
import { temporaryDirectory } from './temporary-root.ts'

const bytes = new Uint8Array(10_000).map((_, at) => at)

async function start(): Promise<{ readonly ingest: FileIngest; readonly cell: (at: number) => bigint }> {
  const contents = createContentStore({ root: join(await temporaryDirectory(), 'store') })
  const ingest = await contents.ingest({ digest: digestOf(bytes), size: bytes.length })
  if (ingest === undefined) throw new Error('it is not here')
  const cells = new BigInt64Array(ingest.growth.cells)
  return { ingest, cell: (at) => Atomics.load(cells, at) }
}

async function write(ingest: FileIngest, what: Uint8Array): Promise<void> {
  await ingest.begin({ start: 0, source: 'test' })
  await ingest.write(what.slice())
}

it('publishes length and outcome', async () => {
  const { ingest, cell } = await start()
  expect(cell(2)).toBe(growthState.growing)
  await write(ingest, bytes)
  await ingest.commit()
  expect(cell(1)).toBe(BigInt(bytes.length))
  expect(cell(2)).toBe(growthState.verified)
  const other = await start()
  await other.ingest.close()
  expect(other.cell(2)).toBe(growthState.failed)
})

it('tells an answer that starts over as a new generation', async () => {
  const { ingest, cell } = await start()
  await write(ingest, new Uint8Array(5_000))
  const before = cell(0)
  await write(ingest, bytes)
  expect(cell(0)).toBe(before + 1n)
  await ingest.commit()
})

it('tells a wrong digest as a failure', async () => {
  const { ingest, cell } = await start()
  await write(ingest, new Uint8Array(bytes.length))
  await expect(ingest.commit()).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' })
  expect(cell(2)).toBe(growthState.failed)
})

it('lets nothing but a digest near a path', async () => {
  const contents = createContentStore({ root: join(await temporaryDirectory(), 'store') })
  for (const text of ['sha256:../../etc/passwd', `sha256:${'A'.repeat(64)}`, 'md5:00', '', '__proto__'])
    expect(() => contents.path(text as Digest)).toThrow(expect.objectContaining({ name: 'DigestError' }))
})
