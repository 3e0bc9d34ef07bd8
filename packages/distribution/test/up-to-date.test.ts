import { chmod, rm, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { layoutOf } from '@lading/content-store'
import { faultyFileSystem, type Call, type FaultyFileSystem } from '@lading/content-store/testing'
import type { Digest } from '@lading/digest'
import { image, index, startTestRegistry, type BuiltImage, type TestRegistry } from '@lading/test-registry'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createPuller, type PullOptions } from '../src/index.ts'
import { temporaryFolder } from './scene.ts'
import { openTestStore } from './support/test-store.ts'

// What a pull does on the disk when what it is asked for is here.

const app = image('t/app:1').layer({ base: 'base' }).layer({ app: 'yes' })
const again = image('t/again:1').layer({ base: 'base' }).layer({ app: 'yes' })

let registry: TestRegistry
let seeded: BuiltImage
beforeAll(async () => {
  registry = await startTestRegistry()
  seeded = await registry.seed(app)
  await registry.seed(again)
})
afterAll(() => registry.close())

async function pull(
  root: string,
  options: PullOptions & { readonly name?: string; readonly before?: (call: Call) => Promise<void> } = {},
): Promise<{ status: string; calls: readonly Call[] }> {
  const { name = 't/app:1', before, ...given } = options
  let files: FaultyFileSystem | undefined
  const store = await openTestStore(root, (fs) => (files = faultyFileSystem(fs, [], { before })))
  const puller = await createPuller({ store })
  try {
    const { status } = await puller.pull(`${registry.host}/${name}`, { platform: 'linux/amd64', ...given })
    return { status, calls: files?.calls ?? [] }
  } finally {
    await puller.close()
    await store.close()
  }
}

const count = (calls: readonly Call[], operation: Call['operation'], path: string): number =>
  calls.filter((call) => call.operation === operation && call.path === path).length
const synced = (calls: readonly Call[]): readonly string[] =>
  calls.filter(({ operation }) => operation === 'syncDirectory').map(({ path }) => path)

it('reads each document once, looks at each blob once it holds it and once under the lock, and syncs nothing', async () => {
  const root = await temporaryFolder()
  const layout = layoutOf(root)
  await pull(root)
  const { status, calls } = await pull(root)
  expect(status).toBe('up-to-date')
  const { digest, config, layers } = seeded
  const looks = [digest, config.digest, ...layers.map((layer) => layer.digest)].map((each) => {
    const path = layout.blob(each)
    // That of an open file is one more.
    return { opened: count(calls, 'open', path), looked: count(calls, 'stat', path) - count(calls, 'open', path) }
  })
  expect(looks).toEqual([
    { opened: 1, looked: 2 },
    { opened: 1, looked: 2 },
    ...layers.map(() => ({ opened: 0, looked: 2 })),
  ])
  expect(synced(calls)).toEqual([])
})

it('reads the index and the manifest of an image below one once, too', async () => {
  const both = index('t/both:1')
    .add(app.platform('linux/amd64'))
    .add(image().layer({ arm: 'yes' }).platform('linux/arm64'))
  const { digest, manifests } = await registry.seed(both)
  const root = await temporaryFolder()
  const layout = layoutOf(root)
  await pull(root, { name: 't/both:1' })
  const { status, calls } = await pull(root, { name: 't/both:1' })
  expect(status).toBe('up-to-date')
  const [chosen, other] = manifests.map((each) => count(calls, 'open', layout.blob(each.digest)))
  expect([count(calls, 'open', layout.blob(digest)), chosen, other]).toEqual([1, 1, 0])
  expect(synced(calls)).toEqual([])
})

it('looks at no blob before its lease says what it holds', async () => {
  const root = await temporaryFolder()
  const layout = layoutOf(root)
  await pull(root)
  const { calls } = await pull(root)
  const written = calls.findLastIndex(({ operation, path }) => operation === 'write' && path.startsWith(layout.leases))
  expect(written).toBeGreaterThan(-1)
  const after = calls.slice(written)
  for (const { digest } of seeded.layers) {
    const path = layout.blob(digest)
    expect(count(after, 'stat', path)).toBe(count(calls, 'stat', path))
  }
})

const parts: readonly (readonly [string, () => string | undefined])[] = [
  ['layer', () => seeded.layers[1]?.digest],
  ['config', () => seeded.config.digest],
  ['manifest', () => seeded.digest],
]

it.each(parts)(
  'a %s that was lost and comes again is synced into its directory, under the same name',
  async (_, which) => {
    const root = await temporaryFolder()
    const layout = layoutOf(root)
    await pull(root)
    const path = layout.blob(which() as Digest)
    await rm(path)
    const { status, calls } = await pull(root)
    expect(status).toBe('downloaded')
    const placed = calls.findLastIndex(({ operation, path: to }) => operation === 'rename' && to === path)
    expect(placed).toBeGreaterThan(-1)
    expect(synced(calls.slice(placed))).toContain(dirname(path))
  },
)

it.each(parts)('and so is a %s in the place of a damaged one', async (_, which) => {
  const root = await temporaryFolder()
  await pull(root)
  const path = layoutOf(root).blob(which() as Digest)
  const { size } = await stat(path)
  await chmod(path, 0o600)
  await writeFile(path, new Uint8Array(size))
  const { calls } = await pull(root, { verifyStored: true })
  const placed = calls.findLastIndex(({ operation, path: to }) => operation === 'rename' && to === path)
  expect(placed).toBeGreaterThan(-1)
  expect(synced(calls.slice(placed))).toContain(dirname(path))
})

it('a second name of the same image syncs what it leads to', async () => {
  const root = await temporaryFolder()
  await pull(root)
  const { calls } = await pull(root, { name: `t/again@${seeded.digest}` })
  const layout = layoutOf(root)
  const named = calls.findIndex(({ operation, path }) => operation === 'rename' && path === layout.index)
  expect(named).toBeGreaterThan(-1)
  expect(synced(calls.slice(0, named))).toContain(layout.blobs)
})

it('a record that was lost is written again, after what it tells of was synced', async () => {
  const root = await temporaryFolder()
  const layout = layoutOf(root)
  await pull(root)
  await rm(layout.images, { recursive: true })
  const { status, calls } = await pull(root)
  expect(status).toBe('up-to-date')
  const written = calls.findIndex(({ operation, path }) => operation === 'rename' && path.startsWith(layout.images))
  expect(written).toBeGreaterThan(0)
  expect(synced(calls.slice(0, written))).toContain(layout.blobs)
})

it.each([
  ['manifest', () => seeded.digest],
  ['layer', () => seeded.layers[0]?.digest],
])('a %s that goes after the look is missed under the lock', async (_, which) => {
  const root = await temporaryFolder()
  const layout = layoutOf(root)
  await pull(root)
  const path = layout.blob(which() as Digest)
  let isGone = false
  await pull(root, {
    async before({ operation, path: at }) {
      if (isGone || operation !== 'link' || at !== layout.lock) return
      isGone = true
      await rm(path)
    },
  })
  expect(isGone).toBe(true)
  const { status } = await pull(root)
  expect(status).toBe('up-to-date')
})
