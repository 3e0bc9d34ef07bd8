import { chmod, mkdtemp, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLock, nodeFileSystem } from '@lading/content-store'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createReferenceStore, indexJsonLimit, type ReferenceStore } from '../src/index.ts'
import { digest, parse, target } from './support.ts'

let root: string
let store: ReferenceStore

const open = (): ReferenceStore =>
  createReferenceStore({
    root,
    fs: nodeFileSystem(),
    lock: createLock({ fs: nodeFileSystem(), path: join(root, 'lading', 'lock') }),
  })
const set = (name: string, of: string): Promise<unknown> => store.update((names) => names.set(parse(name), target(of)))
const list = async (): Promise<Record<string, string>> =>
  Object.fromEntries((await open().list()).map(({ name, target: to }) => [name, to.digest]))

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'lading-references-'))
  store = open()
})
afterEach(() => rm(root, { recursive: true, force: true }))

describe('an update', () => {
  it('writes nothing when its lock was taken over meanwhile', async () => {
    await set('alpine', 'x')
    const before = await readFile(join(root, 'index.json'), 'utf8')
    const update = store.update(async (names) => {
      names.set(parse('alpine'), target('y'))
      await rm(join(root, 'lading', 'lock'))
    })
    await expect(update).rejects.toMatchObject({ code: 'LOCK_LOST' })
    expect(await readFile(join(root, 'index.json'), 'utf8')).toBe(before)
    expect((await readdir(root)).toSorted()).toEqual(['index.json', 'lading'])
  })
})

describe('what is remembered of a file', () => {
  it('is what was saved, and not what an update that failed was about to', async () => {
    const failing = store.update(async (names) => {
      names.set(parse('a:1'), target('x'))
      await names.save()
      names.set(parse('a:1'), target('y'))
      throw new Error('enough')
    })
    await expect(failing).rejects.toThrow('enough')
    expect(await store.get(parse('a:1'))).toEqual(target('x'))
    expect(await store.list()).toEqual(await open().list())
  })

  it('does not outlive what another process writes', async () => {
    await set('a:1', 'x')
    await open().update((names) => names.set(parse('a:1'), target('y')))
    expect(await store.get(parse('a:1'))).toEqual(target('y'))
  })
})

describe('names', () => {
  it('are none where there is no file, and reading makes none', async () => {
    expect(await store.list()).toEqual([])
    expect(await store.get(parse('alpine'))).toBeUndefined()
    expect(await readdir(root)).toEqual([])
  })

  it.each([
    ['REFERENCE_AMBIGUOUS', 'sha256', 'x'],
    ['REFERENCE_AMBIGUOUS', 'docker.io/library/sha256:1', 'x'],
    ['REFERENCE_DIGEST_MISMATCH', `a@${digest('y')}`, 'x'],
  ])('%s: %s', async (code, name, of) => {
    await expect(set(name, of)).rejects.toMatchObject({ code })
    expect(await readdir(root)).not.toContain('index.json')
  })
})

describe('an update', () => {
  it("writes nothing when nothing changed, so that others' formatting stays", async () => {
    const pretty = JSON.stringify({ schemaVersion: 2, manifests: [] }, null, 2)
    await writeFile(join(root, 'index.json'), pretty)
    await store.update((names) => names.delete(parse('a')))
    expect(await readFile(join(root, 'index.json'), 'utf8')).toBe(pretty)
  })

  it('writes nothing when the change rejects, and what was saved before stays', async () => {
    const refuse = new Error('no')
    await expect(
      store.update((names) => {
        names.set(parse('a'), target('x'))
        throw refuse
      }),
    ).rejects.toBe(refuse)
    expect(await list()).toEqual({})
    await expect(
      store.update(async (names) => {
        names.set(parse('a'), target('x'))
        await names.save()
        expect(await open().get(parse('a'))).toBeDefined()
        names.set(parse('b'), target('x'))
        throw refuse
      }),
    ).rejects.toBe(refuse)
    expect(Object.keys(await list())).toEqual(['docker.io/library/a:latest'])
  })

  it('tells what others have in the file', async () => {
    await writeFile(join(root, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [target('x'), null] }))
    expect(await store.update((names) => names.foreignTargets())).toEqual([target('x')])
    expect(await store.foreignTargets()).toEqual([target('x')])
    await set('a', 'y')
    expect(
      (JSON.parse(await readFile(join(root, 'index.json'), 'utf8')) as { manifests: unknown[] }).manifests,
    ).toMatchObject([{ digest: digest('y') }, target('x'), null])
  })
})

describe('an index.json that cannot be read', () => {
  it.each([
    ['INDEX_JSON_INVALID', '{"schemaVersion":2,"mani'],
    ['INDEX_JSON_UNSUPPORTED', '{"schemaVersion":3}'],
  ])('%s: stays as it is', async (code, text) => {
    await writeFile(join(root, 'index.json'), text)
    await expect(store.list()).rejects.toMatchObject({ code })
    await expect(store.get(parse('a'))).rejects.toMatchObject({ code })
    await expect(set('a', 'x')).rejects.toMatchObject({ code })
    expect(await readFile(join(root, 'index.json'), 'utf8')).toBe(text)
  })

  it('INDEX_JSON_TOO_LARGE: is not read into memory', async () => {
    await writeFile(join(root, 'index.json'), '')
    await truncate(join(root, 'index.json'), indexJsonLimit + 1)
    await expect(store.list()).rejects.toMatchObject({
      code: 'INDEX_JSON_TOO_LARGE',
      facts: { expected: indexJsonLimit, actual: indexJsonLimit + 1 },
    })
  })

  it('is private when we write it', async () => {
    await chmod(root, 0o755)
    await set('a', 'x')
    expect(((await nodeFileSystem().stat(join(root, 'index.json')))?.mode ?? 0) & 0o077).toBe(0)
  })
})
