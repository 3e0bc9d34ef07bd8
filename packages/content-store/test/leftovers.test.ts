import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createContentStore, nodeFileSystem, prepareRoot, type ContentStore } from '@lading/content-store'
import { digestOf } from '@lading/digest/hash'
import { describe, expect, it } from 'vitest'
import { temporaryDirectory } from './temporary-root.ts'

const day = 24 * 3_600_000
const hex = 'b'.repeat(64)
const nonce = '0123456789abcdef'

/** Each of these files with its size, and its age in days. */
async function storeWith(
  files: Readonly<Record<string, readonly [size: number, days: number]>>,
): Promise<{ root: string; store: ContentStore }> {
  const root = join(await temporaryDirectory(), 'store')
  await prepareRoot(nodeFileSystem(), root)
  for (const [file, [size, days]] of Object.entries(files)) {
    await mkdir(dirname(join(root, file)), { recursive: true })
    await writeFile(join(root, file), Buffer.alloc(size))
    const time = new Date(Date.now() - days * day)
    await utimes(join(root, file), time, time)
  }
  return { root, store: createContentStore({ root }) }
}

const none = { files: 0, bytes: 0 }

describe('what is under a root beside content', () => {
  it('is counted by kind, and nothing is written for it', async () => {
    const { root, store } = await storeWith({
      [`lading/trash/${hex}.${nonce}`]: [10, 0],
      'lading/trash/folder/a': [1, 0],
      'lading/trash/folder/b/c': [2, 0],
      [`lading/quarantine/${hex}.${nonce}`]: [100, 0],
      [`lading/ingest/sha256/${hex}/data`]: [1_000, 0],
      [`lading/ingest/sha256/${hex}/journal`]: [7, 0],
      [`lading/staging/${hex}.${nonce}.tmp`]: [5, 0],
    })
    const before = await readdir(root, { recursive: true })
    expect(await store.leftovers()).toEqual({
      trash: { files: 3, bytes: 13 },
      quarantine: { files: 1, bytes: 100 },
      downloads: { files: 2, bytes: 1_007 },
      temporary: { files: 1, bytes: 5 },
    })
    expect(await readdir(root, { recursive: true })).toEqual(before)
  })

  it('is nothing where no store is yet', async () => {
    const store = createContentStore({ root: join(await temporaryDirectory(), 'none') })
    expect(await store.leftovers()).toEqual({ trash: none, quarantine: none, downloads: none, temporary: none })
  })

  it('goes as far as nobody has a use for it, and a dry run says the same and removes nothing', async () => {
    const done = Buffer.from('done')
    const digest = digestOf(done)
    const files = {
      [`lading/trash/${hex}.${nonce}`]: [10, 0],
      [`lading/quarantine/${hex}.${nonce}`]: [100, 0],
      // Of the last week, the next pull goes on with it; the one of before that is given up; and one has no use.
      [`lading/ingest/sha256/${hex}/data`]: [1_000, 6],
      [`lading/ingest/sha256/${'c'.repeat(64)}/data`]: [2_000, 8],
      [`lading/ingest/sha256/${digest.slice(7)}/data`]: [4_000, 0],
      [`lading/staging/${hex}.${nonce}.tmp`]: [5, 1],
      [`lading/staging/${'c'.repeat(64)}.${nonce}.tmp`]: [6, 0],
    } as const
    const { root, store } = await storeWith(files)
    await store.put(digest, done)
    const due = {
      trash: { files: 1, bytes: 10 },
      quarantine: none,
      downloads: { files: 2, bytes: 6_000 },
      temporary: { files: 1, bytes: 5 },
    }
    expect(await store.emptyTrash({ dryRun: true })).toEqual(due)
    expect(await readdir(root, { recursive: true })).toEqual(expect.arrayContaining(Object.keys(files)))
    expect(await store.emptyTrash({ dryRun: true, quarantine: true })).toEqual({
      ...due,
      quarantine: { files: 1, bytes: 100 },
    })
    expect(await store.emptyTrash()).toEqual(due)
    expect(await store.leftovers()).toEqual({
      trash: none,
      quarantine: { files: 1, bytes: 100 },
      downloads: { files: 1, bytes: 1_000 },
      temporary: { files: 1, bytes: 6 },
    })
    expect(await store.emptyTrash()).toEqual({ trash: none, quarantine: none, downloads: none, temporary: none })
  })

  it('keeps a download whose owner lives, however old', async () => {
    const bytes = Buffer.from('some bytes')
    const digest = digestOf(bytes)
    const { root, store } = await storeWith({})
    const ingest = await store.ingest({ digest, size: bytes.length })
    const data = join(root, 'lading/ingest/sha256', digest.slice(7), 'data')
    await utimes(data, 0, 0)
    expect((await store.emptyTrash()).downloads).toEqual(none)
    await ingest?.write(bytes)
    await ingest?.commit()
    expect(await store.read(digest)).toEqual(new Uint8Array(bytes))
  })
})
