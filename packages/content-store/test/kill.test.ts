import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readdir, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { createContentStore, createLock } from '@lading/content-store'
import { unsyncedFileSystem } from '@lading/content-store/testing'
import { digestOf } from '@lading/digest/hash'
import { expect, it } from 'vitest'
import { atScale } from '../../../test/support/scale.ts'
import { blob, bytes, earlier, small } from './killed-content.ts'
import { ended, start } from './spawn.ts'
import { temporaryDirectory } from './temporary-root.ts'

const fs = unsyncedFileSystem()

async function storeWithEarlier(): Promise<string> {
  const root = join(await temporaryDirectory(), 'store')
  await createContentStore({ root, fs }).put(digestOf(earlier), earlier)
  return root
}

/** What must be true after a kill, and that everything can go on. */
async function recovers(root: string, context: string): Promise<void> {
  const store = createContentStore({ root, fs })
  assert.deepEqual(await store.read(digestOf(earlier)), earlier, context)
  for await (const { digest } of store.list()) assert.equal(digestOf(await store.read(digest)), digest, context)
  const index = await fs.readFile(join(root, 'index.json'), { maxBytes: 1000 })
  if (index !== undefined) assert.deepEqual(index, small, context)

  await createLock({ fs, path: join(root, 'lading', 'lock') }).hold(async () => {})
  const ingest = await store.ingest(blob)
  if (ingest !== undefined) {
    await ingest.begin({ start: ingest.offset, source: 'test' })
    await ingest.write(bytes.slice(ingest.offset))
    await ingest.commit()
  }
  assert.deepEqual(await store.read(blob.digest), bytes, context)
  const left = (await readdir(root, { recursive: true })).filter((name) => name.endsWith('.tmp'))
  for (const name of left) await utimes(join(root, name), 0, 0)
  await store.emptyTrash()
  assert.deepEqual(
    (await readdir(root, { recursive: true })).filter((name) => name.endsWith('.tmp')),
    [],
    context,
  )
  assert.deepEqual(await readdir(join(root, 'lading', 'ingest', 'sha256')).catch(() => []), [], context)
  assert.deepEqual(
    (await readdir(join(root, 'lading'))).filter((name) => /^lock(\.[0-9a-f]{16})?$/.test(name)),
    [],
    context,
  )
}

it(
  'survives SIGKILL at file operations all along an ingest, a resume, a commit and a publication',
  { timeout: atScale(60_000, 600_000) },
  async () => {
    const dry = await start('killed-process.ts', await storeWithEarlier(), '0')
    const [line] = dry.stdout === null ? [] : ((await once(dry.stdout, 'data')) as [Buffer])
    expect(await ended(dry)).toBe(0)
    const operations = Number(String(line))
    expect(operations).toBeGreaterThan(60)

    const points = Math.min(operations, atScale(10, operations))
    const pointAt = (index: number): number => 1 + Math.floor((index * operations) / points)
    const lane = async (first: number): Promise<void> => {
      for (let index = first; index < points; index += 2) {
        const nth = pointAt(index)
        const root = await storeWithEarlier()
        assert.equal(await ended(await start('killed-process.ts', root, String(nth))), 'SIGKILL')
        await recovers(root, `killed at operation ${nth}`)
      }
    }
    await Promise.all([lane(0), lane(1)])
  },
)
