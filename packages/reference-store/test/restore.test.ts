import { cp, mkdtemp, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLock, layoutOf, type FileSystem } from '@lading/content-store'
import { faultyFileSystem, unsyncedFileSystem } from '@lading/content-store/testing'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { createReferenceStore, type ReferenceStore } from '../src/index.ts'
import { parse, target } from './support.ts'

let root: string
let store: ReferenceStore
const index = (): string => layoutOf(root).index
const { latest, previous } = {
  latest: (): string => layoutOf(root).indexCopies.latest,
  previous: (): string => layoutOf(root).indexCopies.previous,
}

const open = (at = root, fs: FileSystem = unsyncedFileSystem()): ReferenceStore =>
  createReferenceStore({ root: at, fs, lock: createLock({ fs, path: layoutOf(at).lock }) })
const set = (name: string, of: string, through = store): Promise<unknown> =>
  through.update((names) => names.set(parse(name), target(of)))
const namesIn = async (from: ReferenceStore = store): Promise<readonly string[]> =>
  (await from.list()).map(({ reference, target: to }) => `${reference.tag} ${to.size}`)
const always = (): Promise<boolean> => Promise.resolve(true)

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'lading-references-'))
  store = open()
  await set('a:one', 'x')
  await set('a:two', 'xx')
})
afterEach(() => rm(root, { recursive: true, force: true }))

const harms: readonly (readonly [string, () => Promise<unknown>])[] = [
  ['empty', () => truncate(index(), 0)],
  ['cut off', () => truncate(index(), 100)],
  ['overwritten', () => writeFile(index(), new Uint8Array(300))],
  ['gone', () => rm(index())],
]

describe.each(harms)('an index.json that is %s', (_, harm) => {
  it('is an error that says what helps, whatever is asked', async () => {
    await harm()
    const says = { code: 'INDEX_JSON_INVALID', hint: expect.stringContaining('lading check --repair') as string }
    await expect(store.list()).rejects.toMatchObject(says)
    await expect(store.get(parse('a:one'))).rejects.toMatchObject(says)
    await expect(set('a:three', 'xxx')).rejects.toMatchObject(says)
  })

  it('is made anew from the copy of what was written last', async () => {
    const before = await readFile(index(), 'utf8')
    await harm()
    const restoration = await store.restore(always)
    expect(restoration?.restored.map(({ reference }) => reference.tag)).toEqual(['one', 'two'])
    expect(restoration?.dropped).toEqual([])
    expect(await readFile(index(), 'utf8')).toBe(before)
    expect(await namesIn()).toEqual(['one 1', 'two 2'])
  })

  it('is made anew from the one before when that is bad too', async () => {
    await harm()
    await truncate(latest(), 10)
    expect((await store.restore(always))?.restored.map(({ reference }) => reference.tag)).toEqual(['one'])
    expect(await namesIn()).toEqual(['one 1'])
  })

  it('is not made anew without a copy that cannot be read now', async () => {
    await harm()
    for (const [path, code] of [
      [latest(), 'IO_ERROR'],
      [previous(), 'TOO_MANY_FILES'],
    ] as const) {
      const errno = code === 'IO_ERROR' ? 'ESTALE' : 'EMFILE'
      const sick = faultyFileSystem(unsyncedFileSystem(), [
        { operation: 'readFile', path: new RegExp(path), nth: 1, errno },
      ])
      await expect(open(root, sick).restore(always)).rejects.toMatchObject({ code })
    }
    await store.restore(always)
    expect(await namesIn()).toEqual(['one 1', 'two 2'])
  })

  it('stays what it is when there is no good copy', async () => {
    await harm()
    const before = await readFile(index(), 'utf8').catch(() => undefined)
    for (const copy of [latest(), previous()]) await writeFile(copy, '{')
    await expect(store.restore(always)).rejects.toMatchObject({ code: 'INDEX_JSON_INVALID' })
    expect(await readFile(index(), 'utf8').catch(() => undefined)).toBe(before)
  })
})

describe('restoring', () => {
  it('brings back what is whole, of two targets the newer one, and says what is not', async () => {
    await set('a:two', 'xxxx')
    await store.update((names) => names.delete(parse('a:one')))
    await rm(index())
    const restoration = await store.restore(({ target: { size } }) => Promise.resolve(size !== 2))
    const told = (
      names: readonly {
        readonly reference: { readonly tag?: string | undefined }
        readonly target: { readonly size: number }
      }[] = [],
    ): readonly string[] => names.map(({ reference, target: { size } }) => `${reference.tag ?? '<none>'} ${size}`)
    // Removed, and here again: the copy before the removal knows it.
    expect(told(restoration?.restored)).toEqual(['one 1', 'two 4'])
    expect(told(restoration?.dropped)).toEqual(['<none> 2'])
  })

  it('keeps the bad one aside, and the entries of others', async () => {
    const theirs = { ...target('xxxxx'), annotations: { 'org.opencontainers.image.ref.name': 'theirs' } }
    const document = JSON.parse(await readFile(index(), 'utf8')) as { manifests: unknown[] }
    await writeFile(index(), JSON.stringify({ ...document, manifests: [theirs, ...document.manifests], more: 1 }))
    await set('a:three', 'xxx')
    await writeFile(index(), 'spoiled')
    await store.restore(always)
    const after = JSON.parse(await readFile(index(), 'utf8')) as { manifests: unknown[] }
    expect(after).toMatchObject({ more: 1 })
    expect(after.manifests).toContainEqual(theirs)
    const [aside = ''] = await readdir(layoutOf(root).quarantine)
    expect(await readFile(join(layoutOf(root).quarantine, aside), 'utf8')).toBe('spoiled')
  })

  it('does nothing where index.json can be read', async () => {
    const before = await readFile(index(), 'utf8')
    expect(await store.restore(() => expect.unreachable('nobody asks'))).toBeUndefined()
    expect(await readFile(index(), 'utf8')).toBe(before)
  })

  it('does nothing for an error of reading, or for what a newer version wrote', async () => {
    const fs = faultyFileSystem(unsyncedFileSystem(), [
      { path: /index\.json$/, nth: 1, errno: 'ESTALE', forGood: true },
    ])
    await expect(open(root, fs).restore(always)).rejects.toMatchObject({ code: 'IO_ERROR' })
    await writeFile(index(), '{"schemaVersion":3}')
    await expect(store.restore(always)).rejects.toMatchObject({ code: 'INDEX_JSON_UNSUPPORTED' })
  })

  it('may end at any step, and can be done again', async () => {
    await writeFile(index(), '')
    const copies = await mkdtemp(join(tmpdir(), 'lading-references-'))
    onTestFinished(() => rm(copies, { recursive: true }))
    for (let nth = 1; ; nth++) {
      const copy = join(copies, String(nth))
      await cp(root, copy, { recursive: true })
      const fs = faultyFileSystem(unsyncedFileSystem(), [{ nth, errno: 'EIO', forGood: true }])
      await open(copy, fs)
        .restore(always)
        .catch(() => {})
      if (fs.failures === 0) break
      await rm(layoutOf(copy).lock, { force: true })
      await open(copy).restore(always)
      expect(await namesIn(open(copy))).toEqual(['one 1', 'two 2'])
    }
  })
})

describe('copies', () => {
  it('are of the last two that were written, and never more than index.json has', async () => {
    const textOf = async (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '')
    const before = await textOf(index())
    await set('a:three', 'xxx')
    expect(await textOf(latest())).toBe(await textOf(index()))
    expect(await textOf(previous())).toBe(before)
  })

  it('that cannot be written keep no name from being written', async () => {
    const fs = faultyFileSystem(unsyncedFileSystem(), [
      { path: /lading\/index/, nth: 1, errno: 'ENOSPC', forGood: true },
    ])
    await set('a:three', 'xxx', open(root, fs))
    expect(await namesIn()).toContain('three 3')
  })

  it('of a first name that is cut off at any step never make it look lost', async () => {
    for (let nth = 1; ; nth++) {
      const fresh = join(root, `fresh-${nth}`)
      const fs = faultyFileSystem(unsyncedFileSystem(), [{ nth, errno: 'EIO', forGood: true }])
      await set('a:one', 'x', open(fresh, fs)).catch(() => {})
      if (fs.failures === 0) break
      expect([[], ['one 1']]).toContainEqual(await namesIn(open(fresh)))
    }
  })

  it('are not asked for one wrong reading', async () => {
    const fs = unsyncedFileSystem()
    let times = 0
    const spoiledOnce: FileSystem = {
      ...fs,
      async readFile(path, options) {
        const bytes = await fs.readFile(path, options)
        return path.endsWith('index.json') && ++times === 1 ? bytes?.subarray(1) : bytes
      },
    }
    expect(await namesIn(open(root, spoiledOnce))).toEqual(['one 1', 'two 2'])
  })
})
