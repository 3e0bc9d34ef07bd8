import { readdir, stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { faultyFileSystem, unsyncedFileSystem, type FaultyFileSystem } from '@lading/content-store/testing'
import { isLadingError } from '@lading/errors'
import { parseReference } from '@lading/reference'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { atScale } from '../../../test/support/scale.ts'
import type { Store } from '../src/index.ts'
import { consult } from './oracle.ts'
import { image, index, linux } from './support/image.ts'
import { pull } from './support/pull.ts'
import { testRoot, type TestRoot } from './support/root.ts'

// What the system says once, or for a while, when something is read: it is told, and nothing that is good goes.

const app = image(['base', 'app'])
const arm = image(['base', 'arm'], { platform: linux('arm64') })
const other = image(['base', 'other'])
const both = index([
  [app, linux('amd64')],
  [arm, linux('arm64')],
])
const errnos = ['ENOMEM', 'ESTALE', 'EIO', 'ETIMEDOUT', 'EINTR', 'EMFILE', 'EACCES']

let root: TestRoot
beforeEach(async () => {
  root = await testRoot()
  const store = await root.open()
  await pull(store, 'app:1', app)
  await pull(store, 'both:1', both, [app, arm])
  await pull(store, 'other:1', other)
})
afterEach(() => root.end())

/** Every file with the inode that it is, but for what a change may write. */
async function files(): Promise<readonly string[]> {
  const names = (await readdir(root.path, { recursive: true })).filter((name) => !/lading\/lock/.test(name))
  return Promise.all(names.toSorted().map(async (name) => `${name} ${(await stat(join(root.path, name))).ino}`))
}

const readers: Readonly<Record<string, (store: Store) => Promise<unknown>>> = {
  images: async (store) => {
    const errors: unknown[] = []
    await store.images({ onDamaged: ({ error }) => errors.push(error) })
    for (const error of errors) throw error
  },
  async check(store) {
    const { findings } = await store.check()
    const accused = findings.filter(
      ({ kind }) => kind === 'blob-damaged' || kind === 'name-broken' || kind === 'names-lost',
    )
    if (accused.length > 0) throw new Error(JSON.stringify(accused))
  },
  'inspect of a name': (store) => store.inspect('app:1'),
  'inspect of an ID': (store) => store.inspect(arm.id),
  'a look for a manifest': (store) => store.manifest(app.manifest.descriptor),
  'whether it is present': (store) => store.present(both.index.descriptor),
}

async function failing(
  nth: number,
  errno: string,
  forGood: boolean,
  use: (store: Store) => Promise<unknown>,
): Promise<{ readonly fs: FaultyFileSystem; readonly failure: unknown }> {
  const fs = faultyFileSystem(unsyncedFileSystem(), [{ nth, errno, forGood }])
  const failure = await root
    .open({ fs })
    .then(use)
    .then(
      () => undefined,
      (error: unknown) => error,
    )
  return { fs, failure }
}

describe.each(Object.entries(readers))('%s', (verb, read) => {
  // It makes many calls, and reads everything each time.
  const stride = verb === 'check' ? 53 : 7
  it.each([false, true])(
    'changes nothing, whatever call fails, and never speaks of damage (for good: %s)',
    async (forGood) => {
      const before = await files()
      for (let nth = 1; ; nth += atScale(stride, 1)) {
        const errno = errnos[nth % errnos.length] as string
        const { fs, failure } = await failing(nth, errno, forGood, read)
        if (fs.failures === 0) break
        const outcome = isLadingError(failure) ? failure.code : failure
        expect([undefined, 'CONTENT_UNREADABLE', 'IO_ERROR', 'PERMISSION', 'TOO_MANY_FILES']).toContain(outcome)
      }
      expect(await files()).toEqual(before)
    },
    900_000,
  )
})

describe('a manifest that cannot be read now', () => {
  const unreadable = (): FaultyFileSystem =>
    faultyFileSystem(unsyncedFileSystem(), [
      {
        operation: 'read',
        path: new RegExp(app.manifest.descriptor.digest.slice(7)),
        nth: 1,
        errno: 'EIO',
        forGood: true,
      },
    ])

  it('keeps its names when index.json is made anew', async () => {
    const before = consult(root.path).names
    await truncate(join(root.path, 'index.json'), 0)
    const { findings } = await (await root.open({ fs: unreadable() })).check({ repair: true })
    // The layers of these images were never inflated, and their records say so.
    const told = findings.filter(({ kind }) => kind !== 'record-wrong')
    expect(told.map(({ kind }) => kind)).toEqual(['names-lost', 'blob-unreadable'])
    expect(consult(root.path).names).toEqual(before)
  })

  it('keeps its digest as a name when its tag is moved', async () => {
    await (await root.open({ fs: unreadable() })).tag('other:1', parseReference('app:1'))
    expect(consult(root.path).names[`docker.io/library/app@${app.manifest.descriptor.digest}`]).toBeDefined()
  })
})

describe('the removal of another image', () => {
  it('takes nothing of what stays, whatever reading fails', async () => {
    for (let nth = 1; ; nth += atScale(11, 1)) {
      const { fs } = await failing(nth, errnos[nth % errnos.length] as string, false, (store) =>
        store.remove('other:1'),
      )
      if (fs.failures === 0) break
      const store = await root.open()
      await store.remove('other:1').catch(() => {})
      expect(consult(root.path, { afterCrash: true }).violations).toEqual([])
      expect((await store.images()).map(({ name }) => name)).toEqual([
        'docker.io/library/app',
        'docker.io/library/both',
      ])
      await pull(store, 'other:1', other)
    }
  }, 900_000)

  it('takes nothing that the entry of another program may need which cannot be read now', async () => {
    const store = await root.open()
    await store.tag('other:1', parseReference('foreign:1'))
    // As another tool names it: without containerd's annotation.
    const fs = unsyncedFileSystem()
    const path = join(root.path, 'index.json')
    const text = new TextDecoder().decode(await fs.readFile(path, { maxBytes: 1e6 }))
    const { manifests, ...rest } = JSON.parse(text) as { manifests: { annotations: Record<string, string> }[] }
    const entries = manifests.map((entry) =>
      entry.annotations['io.containerd.image.name'] === 'docker.io/library/foreign:1'
        ? { ...entry, annotations: { 'org.opencontainers.image.ref.name': 'theirs' } }
        : entry,
    )
    const handle = await fs.open(`${path}.new`, 'wx')
    await handle.write(new TextEncoder().encode(JSON.stringify({ ...rest, manifests: entries })), 0)
    await handle.close()
    await fs.rename(`${path}.new`, path)

    const manifest = new RegExp(other.manifest.descriptor.digest.slice(7))
    const sick = faultyFileSystem(fs, [{ operation: 'open', path: manifest, nth: 2, errno: 'ESTALE', forGood: true }])
    const removal = await (await root.open({ fs: sick })).remove('other:1')
    expect(removal.untagged).toContain('other:1')
    expect(removal.uncollected).toMatchObject({ code: 'CONTENT_UNREADABLE' })
    for (const { descriptor } of [other.manifest, other.config, ...other.layers])
      expect(await store.contents.stat(descriptor.digest)).toBeDefined()
  })
})
