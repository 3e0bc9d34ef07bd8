import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { digestOf } from '@lading/digest/hash'
import { ContentError, type OpenRecords } from '@lading/content-store'
import { createMemory, memoryRecords } from '@lading/content-store/memory'
import type { Digest } from '@lading/digest'
import { expect, it, onTestFinished } from 'vitest'
import type { OpenStoreOptions, Store } from '../src/index.ts'
import { createOrigins } from '../src/origins.ts'
import { consult } from './oracle.ts'
import { testRoot } from './support/root.ts'

const digest = (text: string): Digest => digestOf(Buffer.from(text))
const [a, b, c] = [digest('a'), digest('b'), digest('c')]
const at = (host: string) => (repository: string) => ({ host, repository })
const hub = at('docker.io')

async function open(options?: Partial<OpenStoreOptions>): Promise<Store> {
  const root = await testRoot()
  onTestFinished(() => root.end())
  return root.open(options)
}

it('remembers which repository has what, the last told first, and tells of one host', async () => {
  const store = await open()
  await store.origins.remember(hub('library/base'), [a, b])
  await store.origins.remember(hub('acme/app'), [b, c])
  await store.origins.remember(at('ghcr.io')('acme/app'), [a])
  await store.origins.remember(hub('library/base'), [c])
  const known = await store.origins.at('docker.io')
  expect(known.get(a)).toEqual([hub('library/base')])
  expect(new Set(known.get(c))).toEqual(new Set([hub('library/base'), hub('acme/app')]))
  expect(await store.origins.at('quay.io')).toEqual(new Map())
  expect(consult(store.root).violations).toEqual([])
  expect((await store.check()).findings).toEqual([])
})

it('takes what cannot be read for nothing, and writes it anew', async () => {
  const store = await open()
  await store.origins.remember(hub('library/base'), [a])
  const directory = join(store.root, 'lading', 'origins', 'sha256')
  const [name = ''] = await readdir(directory)
  const good = await readFile(join(directory, name), 'utf8')
  for (const bad of ['', 'null', '{"host":1}', good.replace('library', 'librarx'), good.slice(0, -10)]) {
    await writeFile(join(directory, name), bad)
    expect(await store.origins.at('docker.io')).toEqual(new Map())
    await store.origins.remember(hub('library/base'), [a])
    expect((await store.origins.at('docker.io')).get(a)).toEqual([hub('library/base')])
  }
  expect((await store.check()).findings).toEqual([])
})

it('forgets the oldest repositories, and the oldest digests of one', async () => {
  const origins = createOrigins(memoryRecords(createMemory()), () => Promise.resolve(), { repositories: 2, digests: 3 })
  await origins.remember(hub('library/old'), [a, b])
  await origins.remember(hub('library/old'), [c, digest('d')])
  expect([...(await origins.at('docker.io')).keys()]).toEqual([c, digest('d'), a])
  await new Promise((resolve) => setTimeout(resolve, 2))
  await origins.remember(hub('library/one'), [b])
  await origins.remember(hub('library/two'), [b])
  const known = await origins.at('docker.io')
  expect(known.get(b)).toHaveLength(2)
  expect(known.has(a)).toBe(false)
})

it('never fails: where nothing can be written, nothing is remembered, and no store is made by looking', async () => {
  const store = await open({ readOnly: true })
  await store.origins.remember(hub('library/base'), [a])
  expect(await store.origins.at('docker.io')).toEqual(new Map())
  await expect(readdir(store.root)).rejects.toMatchObject({ code: 'ENOENT' })
})

it('knows nothing where its records may not be read', async () => {
  const refusing: OpenRecords = (kind, format) => ({
    ...memoryRecords(createMemory())(kind, format),
    // oxlint-disable-next-line require-yield
    async *list() {
      throw new ContentError('PERMISSION', 'not yours')
    },
  })
  const origins = createOrigins(refusing, () => Promise.resolve())
  expect(await origins.at('docker.io')).toEqual(new Map())
})
