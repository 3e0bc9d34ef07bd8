import { mkdir, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createContentStore, layoutOf, nodeFileSystem, prepareRoot, type ContentStore } from '@lading/content-store'
import { describe, expect, it } from 'vitest'
import { temporaryDirectory } from './temporary-root.ts'

const hour = 3_600_000
const ago = (ms: number): Date => new Date(Date.now() - ms)
const hex = 'a'.repeat(64)
const nonce = '0123456789abcdef'
/** Every place where a killed process may leave one. */
const temporaries = [
  `index.json.${nonce}.tmp`,
  `oci-layout.${nonce}.tmp`,
  `lading/version.${nonce}.tmp`,
  `lading/lock.${nonce}.tmp`,
  `lading/staging/${hex}.${nonce}.tmp`,
  `lading/leases/clock.${nonce}.tmp`,
  `lading/ingest/clock.${nonce}.tmp`,
  ...['layers', 'images', 'diff-ids'].flatMap((records) => [
    `lading/${records}/sha256/${hex}.${nonce}.tmp`,
    `lading/${records}/sha512/${hex}${hex}.${nonce}.tmp`,
  ]),
]
/** What looks like it and is somebody else's, or is in use. */
const others = [
  'README',
  'notes.tmp',
  `lading/layers/sha256/${hex}`,
  `lading/layers/sha256/${hex}.tmp`,
  `lading/images/sha256/${hex}.${nonce}`,
  `blobs/sha256/${hex}.${nonce}.tmp`,
]

async function storeWith(files: readonly string[], age: number): Promise<{ root: string; store: ContentStore }> {
  const root = join(await temporaryDirectory(), 'store')
  await prepareRoot(nodeFileSystem(), root)
  for (const file of files) {
    await mkdir(dirname(join(root, file)), { recursive: true })
    await writeFile(join(root, file), 'x')
    await utimes(join(root, file), ago(age), ago(age))
  }
  return { root, store: createContentStore({ root }) }
}

async function filesIn(root: string, made: readonly string[]): Promise<readonly string[]> {
  const there = new Set(await readdir(root, { recursive: true }))
  return made.filter((file) => there.has(file))
}

describe('emptying the trash', () => {
  it('removes temporary files that killed processes left, wherever files are written', async () => {
    const { root, store } = await storeWith(temporaries, 2 * hour)
    await store.emptyTrash()
    expect(await filesIn(root, temporaries)).toEqual([])
  })

  it('keeps younger ones, which somebody may be writing', async () => {
    const { root, store } = await storeWith(temporaries, hour / 2)
    await store.emptyTrash()
    expect(await filesIn(root, temporaries)).toEqual(temporaries)
  })

  it('leaves everything else alone, however old', async () => {
    const { root, store } = await storeWith(others, 1_000 * hour)
    await mkdir(join(root, 'lading', `folder.${nonce}.tmp`))
    await utimes(join(root, 'lading', `folder.${nonce}.tmp`), 0, 0)
    await store.emptyTrash()
    expect(await filesIn(root, others)).toEqual(others)
    expect(await readdir(join(root, 'lading'))).toContain(`folder.${nonce}.tmp`)
  })

  it('leaves nothing of its own, and makes nothing', async () => {
    const { root, store } = await storeWith(temporaries, 2 * hour)
    await store.emptyTrash()
    const before = await readdir(root, { recursive: true })
    expect(before.filter((name) => name.includes('clock'))).toEqual([])
    await store.emptyTrash()
    expect(await readdir(root, { recursive: true })).toEqual(before)
  })

  it('goes on where a file is in the place of a directory of records', async () => {
    const { root, store } = await storeWith(temporaries, 2 * hour)
    const { layers } = layoutOf(root)
    await rm(layers, { recursive: true })
    await writeFile(layers, 'in the way')
    await store.emptyTrash()
    expect(await filesIn(root, temporaries)).toEqual([])
  })
})
