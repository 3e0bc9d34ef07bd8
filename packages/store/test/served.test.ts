import { readdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Digest } from '@lading/digest'
import { digestOf } from '@lading/digest/hash'
import { openMemoryStore } from '@lading/store/memory'
import { expect, it } from 'vitest'
import type { Store } from '../src/index.ts'
import { testRoot } from './support/root.ts'

const note = (digest: Digest): string => `content/${digest.replace(':', '/')}`
const put = async (store: Store, text: string): Promise<Digest> => {
  const bytes = new TextEncoder().encode(text)
  await store.contents.put(digestOf(bytes), bytes)
  return digestOf(bytes)
}
const here = async (store: Store, digest: Digest): Promise<boolean> => (await store.contents.stat(digest)) !== undefined

it.each(['files', 'memory'])('prune leaves what is served, until its note is gone: %s', async (engine) => {
  const root = await testRoot()
  const store = engine === 'files' ? await root.open() : openMemoryStore()
  const served = await put(store, 'served')
  const orphan = await put(store, 'orphan')
  await store.served.put(note(served), new Uint8Array())

  expect(await store.usage()).toMatchObject({ served: { files: 1, bytes: 6 }, unnamed: { files: 1, bytes: 6 } })
  expect(await store.prune({ minAgeMs: 0 })).toMatchObject({ content: { files: 1, bytes: 6 } })
  expect([await here(store, served), await here(store, orphan)]).toEqual([true, false])

  await store.served.remove(note(served))
  await store.prune({ minAgeMs: 0 })
  expect(await here(store, served)).toBe(false)
  await store.close()
  await root.end()
})

it('discard removes what it is told, and nothing that a note or a lease keeps', async () => {
  const root = await testRoot()
  const store = await root.open()
  const [served, leased, free, other] = [
    await put(store, 'served'),
    await put(store, 'leased'),
    await put(store, 'free'),
    await put(store, 'other'),
  ]
  await store.served.put(note(served), new Uint8Array())
  const lease = await store.lease()
  await lease.hold([leased])
  expect(await store.discard([served, leased, free])).toEqual([free])
  expect(await Promise.all([served, leased, free, other].map((digest) => here(store, digest)))).toEqual([
    true,
    true,
    false,
    true,
  ])
  await lease.release()
  await root.end()
})

it('check knows notes, and prune takes what a killed writer left of one', async () => {
  const root = await testRoot()
  const store = await root.open()
  await store.served.put('tags/a', new Uint8Array())
  const directory = join(root.path, 'lading', 'serve', 'tags')
  const left = join(directory, `a.${'0'.repeat(16)}.tmp`)
  await writeFile(left, '')
  await utimes(left, 0, 0)
  expect((await store.check()).findings).toEqual([])
  await store.prune()
  expect(await readdir(directory)).toEqual(['a'])
  await root.end()
})
