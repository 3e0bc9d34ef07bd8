import assert from 'node:assert/strict'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { createContentStore, layoutOf } from '@lading/content-store'
import { faultyFileSystem, unsyncedFileSystem, type Call } from '@lading/content-store/testing'
import { parseReference } from '@lading/reference'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Store } from '../src/index.ts'
import { consult } from './oracle.ts'
import { image } from './support/image.ts'
import { fetch, publish, pull } from './support/pull.ts'
import { testRoot, type TestRoot } from './support/root.ts'

// A process that stands still while it holds the lock (Ctrl-Z, a laptop that sleeps) and is taken for dead.

let root: TestRoot
let store: Store
/** Called where the process stands still, each time it comes by. */
let asleep: ((call: Call) => Promise<unknown> | void) | undefined

beforeEach(async () => {
  root = await testRoot()
  asleep = undefined
  const fs = faultyFileSystem(unsyncedFileSystem(), [], { before: async (call) => void (await asleep?.(call)) })
  store = await root.open({ fs })
})
afterEach(async () => {
  assert.deepEqual(consult(root.path).violations, [])
  await root.end()
})

const app = image(['base', 'app'])
const isSaved = ({ operation, path }: Call): boolean =>
  operation === 'open' && /index\.json\.[0-9a-f]+\.tmp$/.test(path)
/** What somebody else does who took the lock over and has let it go again. */
const takenOver = (times: number, meanwhile: () => Promise<unknown> = async () => {}): void => {
  let count = 0
  asleep = async (call) => {
    if (!isSaved(call) || count++ >= times) return
    await rm(layoutOf(root.path).lock)
    await meanwhile()
  }
}

describe('a change whose lock was taken over', () => {
  it('is done again', async () => {
    takenOver(2)
    await pull(store, 'app:1', app)
    takenOver(2)
    await store.tag('app:1', parseReference('mine:1'))
    takenOver(2)
    expect((await store.remove('app:1')).untagged).toEqual(['app:1', `app@${app.manifest.descriptor.digest}`])
    expect(Object.keys(consult(root.path).names)).toEqual(['docker.io/library/mine:1'])
  })

  it('is done again with what is left: content that was collected meanwhile is missing', async () => {
    await fetch(store, app)
    const lost = app.layers[0]?.descriptor
    if (lost === undefined) throw new Error('no layer')
    const other = createContentStore({ root: root.path, fs: unsyncedFileSystem() })
    takenOver(1, async () => {
      await other.remove(lost.digest)
      await other.remove(app.manifest.descriptor.digest)
    })
    expect(await publish(store, 'app:1', app)).toEqual({ outcome: 'missing', blobs: [lost] })
    expect(await pull(store, 'app:1', app)).toEqual({ outcome: 'published' })
    expect((await store.inspect('app:1')).id).toBe(app.id)
  })

  it('writes its documents again that were collected meanwhile', async () => {
    const other = createContentStore({ root: root.path, fs: unsyncedFileSystem() })
    takenOver(1, () => other.remove(app.manifest.descriptor.digest))
    expect(await pull(store, 'app:1', app)).toEqual({ outcome: 'published' })
    expect((await store.inspect('app:1')).id).toBe(app.id)
  })

  it('is given up when that happens every time, and nothing was written', async () => {
    await pull(store, 'app:1', app)
    takenOver(Infinity)
    await expect(store.tag('app:1', parseReference('mine:1'))).rejects.toMatchObject({
      code: 'LOCK_LOST',
      hint: expect.any(String) as string,
    })
    expect(await store.resolve(parseReference('mine:1'))).toBeUndefined()
  })
})

describe('a removal that stood still while it collected', () => {
  it('takes nothing any more that has a name by now', async () => {
    await pull(store, 'app:1', app)
    const { lock, index } = layoutOf(root.path)
    const before = await readFile(index)
    let saved = false
    asleep = async ({ operation, path }) => {
      if (operation === 'rename' && path === index) saved = true
      if (!saved || operation !== 'readFile' || path !== lock) return
      asleep = undefined
      // Somebody took the lock over, pulled the same image, and let go of the lock.
      await rm(lock)
      await writeFile(index, before)
    }
    const removal = await store.remove('app:1')
    expect(removal).toMatchObject({ untagged: ['app:1', expect.any(String) as string], deleted: [] })
    expect(removal.uncollected).toMatchObject({ code: 'LOCK_LOST' })
    expect((await store.inspect('app:1')).id).toBe(app.id)
    expect(await store.remove('app:1')).not.toHaveProperty('uncollected')
    expect(consult(root.path).blobs).toEqual([])
  })
})
