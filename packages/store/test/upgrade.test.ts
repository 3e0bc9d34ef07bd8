import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import {
  createLock,
  layoutOf,
  writeFileDurably,
  type FileSystem,
  type FormatStep,
  type StoreFormat,
} from '@lading/content-store'
import {
  afterPowerCut,
  faultyFileSystem,
  recordingFileSystem,
  unsyncedFileSystem,
  type Operation,
} from '@lading/content-store/testing'
import { isLadingError } from '@lading/errors'
import { parseReference } from '@lading/reference'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { dice } from '../../../test/support/dice.ts'
import { atScale } from '../../../test/support/scale.ts'
import { openStore, type FileStore, type OpenStoreOptions } from '../src/index.ts'
import { consult } from './oracle.ts'
import { bury } from './support/bury.ts'
import { format1, writeFormat1 } from './support/format-1-root.ts'
import { linux } from './support/image.ts'

const fs = unsyncedFileSystem()
let directory: string
let count = 0
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lading-upgrade-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

async function format1Root(): Promise<string> {
  const root = join(directory, `${count++}`, 'root')
  await writeFormat1(root)
  return root
}

const open = (root: string, options: Partial<OpenStoreOptions> = {}): Promise<FileStore> =>
  openStore({ root, fs, workers: 0, platform: linux('amd64'), ...options })

/** Every file but locks, the reserve, and what killed processes leave beside a file on its way. */
async function filesIn(root: string): Promise<Readonly<Record<string, string>>> {
  const files: Record<string, string> = {}
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    // What a holder of the lock had moved away when it was cut off waits for the next one.
    if (!entry.isFile() || /^reserve$|\.tmp$/.test(entry.name) || /\/lock[^/]*(\/|$)/.test(path)) continue
    files[path.slice(root.length + 1)] = await readFile(path, 'latin1')
  }
  return files
}

// Formats to come: one that keeps what blobs inflate to in another place and form, and one after it.

const inside = (own: string): string => join(own, 'inside')

async function algorithmsIn(through: FileSystem, path: string): Promise<readonly string[]> {
  return ((await through.readDirectory(path)) ?? []).map(({ name }) => name)
}

const toSecond: FormatStep = {
  to: 2,
  readable: false,
  async run({ fs: through, layout: { own, diffIds } }) {
    // A step may be made again, but never on what a later one has begun.
    if ((await through.stat(join(own, 'inflated'))) !== undefined) throw new Error('this root is of the third format')
    for (const algorithm of await algorithmsIn(through, diffIds)) {
      await through.mkdir(join(inside(own), algorithm), { recursive: true })
      for (const { name } of (await through.readDirectory(join(diffIds, algorithm))) ?? []) {
        const bytes = await through.readFile(join(diffIds, algorithm, name), { maxBytes: 4096 })
        const { diffId, size } = JSON.parse(new TextDecoder().decode(bytes)) as { diffId: string; size: number }
        const text = `${diffId} ${size}\n`
        await writeFileDurably(through, join(inside(own), algorithm, name), new TextEncoder().encode(text))
      }
      for (const path of [inside(own), own]) await through.syncDirectory(path)
    }
    await through.removeTree(diffIds)
    await through.syncDirectory(own)
  },
}

const toThird: FormatStep = {
  to: 3,
  readable: false,
  async run({ fs: through, layout: { own } }) {
    await through.moveDirectory(inside(own), join(own, 'inflated')).catch((error: unknown) => {
      if (!isLadingError(error, 'NOT_FOUND')) throw error
    })
    await through.syncDirectory(own)
  },
}

const third: StoreFormat = { version: 3, steps: [toSecond, toThird] }
const newName = `lading/inflated/sha256/${format1.layer.digest.slice(7)}`
const upgradedRecord = `${format1.layer.diffId} ${format1.layer.size}\n`
const oldName = `lading/diff-ids/sha256/${format1.layer.digest.slice(7)}`

async function expectUpgraded(root: string, before: Readonly<Record<string, string>>): Promise<void> {
  const { [oldName]: _, ...others } = before
  expect(await filesIn(root)).toEqual({
    ...others,
    'lading/version': '3\n',
    [newName]: upgradedRecord,
  })
  // What the format to come keeps otherwise, today's oracle does not know.
  const { violations } = consult(root, { afterCrash: true })
  expect(violations.filter((each) => each !== `unknown file ${newName}`)).toEqual([])
}

describe('a root of format 1', () => {
  it('is read as it was written', async () => {
    const root = await format1Root()
    const before = await filesIn(root)
    const store = await open(root, { readOnly: true })
    expect(await store.images()).toMatchObject([{ name: 'docker.io/library/app', tag: '1', id: format1.imageId }])
    expect((await store.inspect('app:1')).layers).toMatchObject([{ diffId: format1.layer.diffId }])
    expect((await store.check()).findings).toEqual([])
    expect(await filesIn(root)).toEqual(before)
    await store.close()
  })

  it('is gone on with: a download from where it was cut off, a name, its removal', async () => {
    const root = await format1Root()
    const store = await open(root)
    const { partial } = format1
    const ingest = await store.contents.ingest(partial)
    expect([ingest?.offset, ingest?.validator]).toEqual([4, '"v1"'])
    await ingest?.begin({ start: 4, source: 'test' })
    await ingest?.write(partial.bytes.slice(4))
    await ingest?.commit()
    await store.contents.verify(partial.digest)
    await store.tag('app:1', parseReference('app:2'))
    await store.remove('app:1')
    expect((await store.remove('app:2')).deleted).toEqual([format1.imageId, format1.layer.diffId])
    expect((await filesIn(root))['lading/version']).toBe('1\n')
    await store.close()
  })
})

describe('a format to come', () => {
  it('that cannot read today’s says so to readers, with what to do, and changes nothing', async () => {
    const root = await format1Root()
    const before = await filesIn(root)
    const error: unknown = await open(root, { format: third, readOnly: true }).catch((failure: unknown) => failure)
    expect(error).toMatchObject({ code: 'FORMAT_OUTDATED', facts: { expected: 3, actual: 1 } })
    expect(isLadingError(error) && error.hint).toContain('lading check --repair')
    expect(await filesIn(root)).toEqual(before)
  })

  it('upgrades a root that is opened for writing, and today’s refuses it from then on', async () => {
    const root = await format1Root()
    const before = await filesIn(root)
    const store = await open(root, { format: third })
    await expectUpgraded(root, before)
    expect((await store.images()).map(({ id }) => id)).toEqual([format1.imageId])
    for (const readOnly of [true, false])
      await expect(open(root, { readOnly })).rejects.toMatchObject({ code: 'FORMAT_UNSUPPORTED' })
    await store.close()
  })

  it('stops a process of today’s that had the root open, before it changes anything', async () => {
    const root = await format1Root()
    const store = await open(root)
    await store.tag('app:1', parseReference('app:2'))
    const upgraded = await open(root, { format: third })
    const before = await filesIn(root)
    await expect(store.tag('app:1', parseReference('app:3'))).rejects.toMatchObject({ code: 'FORMAT_UNSUPPORTED' })
    await expect(store.remove('app:1')).rejects.toMatchObject({ code: 'FORMAT_UNSUPPORTED' })
    expect(await filesIn(root)).toEqual(before)
    for (const each of [store, upgraded]) await each.close()
  })

  it('that reads today’s upgrades it with the first change, and not before', async () => {
    const root = await format1Root()
    const before = await filesIn(root)
    const format = { version: 2, steps: [{ ...toSecond, readable: true }] }
    const store = await open(root, { format })
    expect((await store.images()).map(({ id }) => id)).toEqual([format1.imageId])
    expect(await filesIn(root)).toEqual(before)
    await store.tag('app:1', parseReference('app:2'))
    expect(await filesIn(root)).toMatchObject({ 'lading/version': '2\n' })
    await store.close()
  })

  it('makes new roots of its own', async () => {
    const root = join(directory, 'new')
    const store = await open(root, { format: third })
    await store.contents.put(format1.partial.digest, format1.partial.bytes)
    expect(await filesIn(root)).toMatchObject({ 'lading/version': '3\n' })
    await store.close()
  })

  it('without a way from so old a root says so, and changes nothing', async () => {
    const root = await format1Root()
    const before = await filesIn(root)
    const format = { version: 3, steps: [toThird] }
    for (const readOnly of [true, false]) {
      const error: unknown = await open(root, { format, readOnly }).catch((failure: unknown) => failure)
      expect(error).toMatchObject({ code: 'FORMAT_OUTDATED' })
      expect(isLadingError(error) && error.hint).toContain('an earlier version of Lading')
    }
    expect(await filesIn(root)).toEqual(before)
  })

  it('is reached once by many who open a root at once', async () => {
    const root = await format1Root()
    const before = await filesIn(root)
    let runs = 0
    const counted: FormatStep = { ...toSecond, run: (where) => (runs++, toSecond.run(where)) }
    const stores = await Promise.all(
      Array.from({ length: 4 }, () => open(root, { format: { version: 3, steps: [counted, toThird] } })),
    )
    expect(runs).toBe(1)
    await expectUpgraded(root, before)
    for (const store of stores) await store.close()
  })
})

/** The code of what it says, or all that is there when it opens, and how it is found. */
async function readBy(
  root: string,
  format: StoreFormat | undefined,
): Promise<string | Readonly<Record<string, unknown>>> {
  let store: FileStore
  try {
    store = await open(root, { format, readOnly: true })
  } catch (error) {
    if (isLadingError(error)) return error.code
    throw error
  }
  const findings = format === undefined ? (await store.check()).findings : []
  await store.close()
  return { ...(await filesIn(root)), findings: findings.filter(({ kind }) => kind !== 'file-unknown') }
}

/** Whatever was left: today's reads all of it or refuses it, the format to come too, and the next who writes gets there. */
async function expectGoesOn(root: string, before: Readonly<Record<string, string>>): Promise<void> {
  await bury(root)
  expect(['FORMAT_UNSUPPORTED', expect.objectContaining({ findings: [], [oldName]: before[oldName] })]).toContainEqual(
    await readBy(root, undefined),
  )
  expect([
    'FORMAT_OUTDATED',
    expect.objectContaining({ [newName]: upgradedRecord, 'lading/version': '3\n' }),
  ]).toContainEqual(await readBy(root, third))
  const store = await open(root, { format: third })
  await store.contents.put(format1.partial.digest, format1.partial.bytes)
  const { [`blobs/sha256/${format1.partial.digest.slice(7)}`]: __, ...files } = await filesIn(root)
  expect(files['lading/upgrading']).toBeUndefined()
  await rm(store.contents.path(format1.partial.digest))
  await expectUpgraded(root, before)
  await store.close()
}

/** Those that change what is on disk: between two of them a killed process always leaves the same. A failing `write` writes half. */
const changing = new Set<Operation>(['mkdir', 'rename', 'moveDirectory', 'link', 'unlink', 'removeTree', 'write'])

it('an upgrade that is killed at any call, or fails at it, is gone on with', { timeout: 120_000 }, async () => {
  const watched = faultyFileSystem(fs)
  await (await open(await format1Root(), { format: third, fs: watched })).close()
  const points = watched.calls.flatMap(({ operation }, at) => [
    ...(changing.has(operation) && at % atScale(2, 1) === 0 ? [{ nth: at + 1, forGood: true }] : []),
    ...(at % atScale(10, 1) === 0 ? [{ nth: at + 1, forGood: false }] : []),
  ])
  expect(points.length).toBeGreaterThan(10)
  for (const { nth, forGood } of points) {
    const root = await format1Root()
    const before = await filesIn(root)
    const through = faultyFileSystem(fs, [{ nth, errno: 'ENOSPC', forGood }])
    await open(root, { format: third, fs: through }).then(
      (store) => store.close(),
      () => {},
    )
    await expectGoesOn(root, before).catch((error: unknown) => {
      const { operation, path } = watched.calls[nth - 1] ?? {}
      throw new Error(`call ${nth}, ${operation} ${path}, ${forGood ? 'for good' : 'once'}`, { cause: error })
    })
  }
})

it('an upgrade that stood still before its last step says nothing of one that was begun since', async () => {
  const root = await format1Root()
  const { lock, upgrading } = layoutOf(root)
  const alias = `${root}-alias`
  await symlink(root, alias)
  let robbed = false
  const through = faultyFileSystem(fs, [], {
    async before({ operation, path }) {
      if (robbed || operation !== 'rename' || !/fence\/upgrading\.[0-9a-f]{16}$/.test(path)) return
      robbed = true
      await rm(lock)
      await createLock({ fs, path: layoutOf(alias).lock }).hold(async ({ assert }) => assert())
      await writeFile(upgrading, '3\n')
    },
  })
  await expect(open(root, { format: third, fs: through })).rejects.toMatchObject({ code: 'LOCK_LOST' })
  expect(robbed).toBe(true)
  expect(await readFile(upgrading, 'utf8')).toBe('3\n')
})

it('an upgrade that a power cut ends at any call is gone on with', { timeout: 120_000 }, async () => {
  const root = await format1Root()
  const before = await filesIn(root)
  const recorded = await recordingFileSystem(fs, dirname(root))
  await (await open(root, { format: third, fs: recorded })).close()
  let state = 0
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: recorded.log.length }), dice(), async (at, random) => {
      const place = join(directory, `cut ${state++}`)
      await afterPowerCut(recorded, place, { at, random })
      await expectGoesOn(join(place, 'root'), before)
    }),
    { numRuns: atScale(10, 400), endOnFailure: true },
  )
})
