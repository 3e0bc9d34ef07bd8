import { join } from 'node:path'
import { createContentStore, nodeFileSystem, type ContentStore } from '@lading/content-store'
import { digestOf } from '@lading/digest/hash'
import { describe, expect, it } from 'vitest'
import { temporaryDirectory } from './temporary-root.ts'

const blob = (
  bytes: string,
): { readonly digest: ReturnType<typeof digestOf>; readonly size: number; bytes: Buffer } => ({
  digest: digestOf(Buffer.from(bytes)),
  size: bytes.length,
  bytes: Buffer.from(bytes),
})
const small = blob('12345')
const large = blob('x'.repeat(1000))

async function storeWith(free: number | undefined): Promise<ContentStore> {
  const root = join(await temporaryDirectory(), 'store')
  return createContentStore({ root, fs: { ...nodeFileSystem(), freeSpace: () => Promise.resolve(free) } })
}

describe('room on the disk', () => {
  it('is there, or is told with both figures', async () => {
    const store = await storeWith(1004)
    await store.assertRoom([large])
    // What is named twice is there once.
    await store.assertRoom([large, large])
    await expect(store.assertRoom([small, large])).rejects.toMatchObject({
      code: 'NO_SPACE',
      facts: { expected: 1005, actual: 1004 },
    })
  })

  it('is not asked of what is here, nor of what has come already', async () => {
    const store = await storeWith(0)
    await store.assertRoom([])
    await expect(store.assertRoom([small])).rejects.toMatchObject({ code: 'NO_SPACE' })
    await store.put(small.digest, small.bytes)
    await store.assertRoom([small])
    const ingest = await store.ingest(large)
    await ingest?.begin({ start: 0, source: 'test' })
    await ingest?.write(large.bytes.subarray(0, 400))
    await ingest?.close()
    await expect(store.assertRoom([large])).rejects.toMatchObject({ facts: { expected: 600 } })
  })

  it('is told without a look at each blob where all of them fit', async () => {
    const root = join(await temporaryDirectory(), 'store')
    const looked: string[] = []
    const fs = nodeFileSystem()
    const stat: typeof fs.stat = (path) => {
      looked.push(path)
      return fs.stat(path)
    }
    await createContentStore({ root, fs: { ...fs, stat, freeSpace: async () => 2000 } }).assertRoom([small, large])
    expect(looked).toEqual([])
  })

  it('is taken for granted where the system does not say', async () => {
    await (await storeWith(undefined)).assertRoom([large])
  })

  it('is what this machine says', async () => {
    const free = await nodeFileSystem().freeSpace(await temporaryDirectory())
    expect(free).toBeGreaterThan(0)
    expect(await nodeFileSystem().freeSpace('/no/such/directory')).toBeUndefined()
  })
})
