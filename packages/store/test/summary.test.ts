import { existsSync } from 'node:fs'
import { chmod, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { digestOf } from '@lading/digest/hash'
import { layoutOf } from '@lading/content-store'
import { faultyFileSystem, unsyncedFileSystem, type Call } from '@lading/content-store/testing'
import { parseReference } from '@lading/reference'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { atScale } from '../../../test/support/scale.ts'
import type { ImageSummary } from '../src/index.ts'
import { consult } from './oracle.ts'
import { image, index, linux } from './support/image.ts'
import { writeManyImages } from './support/many-images.ts'
import { pull } from './support/pull.ts'
import { testRoot, type TestRoot } from './support/root.ts'

const count = 40
const app = image(['base', 'app'])
const arm = image(['arm'], { platform: linux('arm64', 'v8') })
const both = index([
  [app, linux('amd64')],
  [arm, linux('arm64', 'v8')],
])

let root: TestRoot
let summary: string
beforeEach(async () => {
  root = await testRoot()
  // Makes it a store.
  await pull(await root.open(), 'two:1', both, [arm])
  const own = await readFile(join(root.path, 'index.json'), 'utf8')
  await writeManyImages(root.path, count, JSON.parse(own) as { readonly manifests: object[] })
  summary = join(root.path, 'lading', 'summary')
})
afterEach(() => root.end())

interface Listed {
  readonly images: readonly ImageSummary[]
  readonly damaged: readonly unknown[]
}
const list = async (options: Parameters<TestRoot['open']>[0] = {}): Promise<Listed> => {
  const damaged: unknown[] = []
  const store = await root.open(options)
  return { images: await store.images({ onDamaged: (each) => damaged.push(each) }), damaged }
}
/** As a store without a memory lists it. */
const listAnew = async (): Promise<Listed> => {
  const aside = `${summary}.aside`
  const isThere = existsSync(summary)
  if (isThere) await rename(summary, aside)
  try {
    return await list({ keepSummary: false })
  } finally {
    if (isThere) await rename(aside, summary)
  }
}
/** Of files that nothing happened to for an hour. */
function quietFileSystem(): ReturnType<typeof faultyFileSystem> {
  const files = faultyFileSystem(unsyncedFileSystem())
  const hourMs = 3_600_000
  return {
    ...files,
    async stat(path) {
      const found = await files.stat(path)
      if (found?.kind !== 'directory') return found
      return { ...found, modifiedMs: found.modifiedMs - hourMs, changedMs: found.changedMs - hourMs }
    },
  }
}
const looksAtDirectory = ({ calls }: { readonly calls: readonly Call[] }): number =>
  calls.filter(({ operation, path }) => operation === 'readDirectory' && path.endsWith('/sha256')).length
const readsOfBlobs = (calls: readonly Call[]): readonly Call[] =>
  calls.filter(({ operation, path }) => operation === 'open' && path.includes('/blobs/'))
const blobOf = (digest: string): string => join(root.path, 'blobs', digest.replace(':', '/'))

describe('a list of many images', () => {
  it('does not remember which image of an index is shown where that may change and nothing else with it', async () => {
    const store = await root.open()
    await pull(store, 'app:1', app)
    const shown = async (): Promise<unknown> =>
      (await list({ keepSummary: true })).images.find(({ name }) => name.endsWith('/two'))?.id
    expect([await shown(), await shown()]).toEqual([arm.id, arm.id])
    // Everything of it is here: only the record says that it came by this index.
    await pull(store, 'two:1', both, [app])
    expect(await shown()).toBe(app.id)
  })

  it('reads no document of them the next time', async () => {
    const first = await list()
    expect(first.images).toHaveLength(count + 1)
    const fs = faultyFileSystem(unsyncedFileSystem())
    expect(await list({ fs })).toEqual(first)
    expect(readsOfBlobs(fs.calls)).toEqual([])
    expect(consult(root.path).violations).toEqual([])
    const { findings } = await (await root.open()).check()
    expect(findings.filter(({ kind }) => kind === 'file-unknown')).toEqual([])
    expect((await stat(summary)).mode & 0o777).toBe(0o600)
  })

  it('reads what is new, and nothing else', async () => {
    await list()
    const store = await root.open()
    await pull(store, 'new:1', image(['new']))
    const fs = faultyFileSystem(unsyncedFileSystem())
    expect(await list({ fs })).toEqual(await listAnew())
    // Its manifest and its config.
    expect(readsOfBlobs(fs.calls)).toHaveLength(2)
  })

  it('is right after each change of the names', async () => {
    const { images } = await list()
    const [one, two] = images.map(({ name, tag = '' }) => `${name}:${tag}`)
    const store = await root.open()
    for (const change of [
      () => store.tag(one ?? '', parseReference('other:1')),
      () => store.tag(two ?? '', parseReference(one ?? '')),
      () => store.remove('other:1'),
      () => store.remove(two ?? ''),
      () => pull(store, 'two:1', both, [app]),
    ]) {
      await change()
      expect(await list()).toEqual(await listAnew())
      expect(await list()).toEqual(await listAnew())
    }
  })

  it('shows the platform that came since, and that of the machine', async () => {
    const ofTwo = async (platform = linux('amd64')): Promise<string | undefined> =>
      (await list({ platform })).images.find(({ name }) => name.endsWith('/two'))?.id
    expect(await ofTwo()).toBe(arm.id)
    const store = await root.open()
    for (const blob of [...app.layers, app.config, app.manifest])
      await store.contents.put(blob.descriptor.digest, blob.bytes)
    expect(await ofTwo()).toBe(app.id)
    expect(await ofTwo(linux('arm64', 'v8'))).toBe(arm.id)
    expect(await ofTwo()).toBe(app.id)
  })

  it('looks at no directory again whose times are old and the same', async () => {
    const first = await list({ fs: quietFileSystem() })
    const again = quietFileSystem()
    expect(await list({ fs: again })).toEqual(first)
    expect(looksAtDirectory(again)).toBe(0)
    // Something came that no name needs: it is looked at once.
    await writeFile(blobOf(`sha256:${'0'.repeat(64)}`), '')
    for (const looks of [1, 0]) {
      const fs = quietFileSystem()
      expect(await list({ fs })).toEqual(first)
      expect(looksAtDirectory(fs)).toBe(looks)
    }
  })

  it('does not go by times that are so young that another change may leave the same', async () => {
    await list()
    for (const _ of [1, 2]) {
      const fs = faultyFileSystem(unsyncedFileSystem())
      await list({ fs })
      expect(looksAtDirectory(fs)).toBe(1)
    }
  })

  it.each([
    ['manifest', 'a young directory', () => unsyncedFileSystem()],
    ['config', 'a young directory', () => unsyncedFileSystem()],
    ['layer', 'a young directory', () => unsyncedFileSystem()],
    ['layer', 'an old directory', quietFileSystem],
  ] as const)('misses a %s that is gone from %s, and sees it again', async (kind, _, files) => {
    const listed = (): Promise<Listed> => list({ fs: files() })
    const first = await listed()
    const victim = first.images.at(-1)
    const { config, layers } = JSON.parse(await readFile(blobOf(victim?.target.digest ?? ''), 'utf8')) as {
      readonly config: { readonly digest: string }
      readonly layers: readonly { readonly digest: string }[]
    }
    const gone = { manifest: victim?.target.digest, config: config.digest, layer: layers.at(-1)?.digest }[kind] ?? ''
    const bytes = await readFile(blobOf(gone))
    await rm(blobOf(gone))
    const without = await listed()
    expect(without.images).toHaveLength(count)
    expect(without.damaged).toMatchObject([{ error: { code: 'IMAGE_INCOMPLETE' } }])
    // Another kind of file is no blob.
    await mkdir(blobOf(gone))
    expect((await listed()).damaged).toHaveLength(1)
    await rm(blobOf(gone), { recursive: true })
    await writeFile(blobOf(gone), bytes)
    expect(await listed()).toEqual(first)
  })

  it('leaves bytes that have changed to inspect, pull and check', async () => {
    const { images } = await list()
    const id = images[0]?.id ?? ''
    await chmod(blobOf(id), 0o600)
    await writeFile(blobOf(id), new Uint8Array((await stat(blobOf(id))).size))
    expect((await list()).damaged).toEqual([])
    const store = await root.open()
    await expect(store.inspect(`${images[0]?.name}:${images[0]?.tag}`)).rejects.toMatchObject({
      code: 'CONTENT_DAMAGED',
    })
    expect((await store.check()).findings).not.toEqual([])
  })
})

describe('what a list has written down', () => {
  it('is believed only as it was written', async () => {
    const first = await list()
    const written = await readFile(summary)
    const sealed = (text: string): string => `${digestOf(new TextEncoder().encode(text)).slice(7)}\n${text}`
    const body = written.subarray(65).toString()
    const bad: (Uint8Array | string)[] = [
      '',
      'x',
      written.subarray(0, written.length - 1),
      Buffer.concat([written, Buffer.from(' ')]),
      ...[3, 64, 200, written.length - 5].map((at) => {
        const flipped = Buffer.from(written)
        flipped[at] = (flipped[at] ?? 0) ^ 1
        return flipped
      }),
      // With a sum that is right, as another version or another program would write it.
      ...[
        '',
        'null',
        '[]',
        '{}',
        body.replace('"version":2', '"version":3'),
        '{"version":2,"platform":{"os":"linux","architecture":"amd64"}}',
        body.replace(/"listing":\[.*\],"others"/, '"listing":7,"others"'),
        body.replace(/"numbers":\[[0-9]+,/, '"numbers":['),
        body.replace(/"numbers":\[[0-9]+,/, '"numbers":[9,'),
        body.replace(/"numbers":\[([0-9]+),[0-9]+,/, '"numbers":[$1,999999,'),
        body.replace(/\n[^\n]*$/, '\n7'),
        body.replace(/\n[^\n]*$/, ''),
      ].map(sealed),
    ]
    for (const each of bad) {
      await writeFile(summary, each)
      expect(await list()).toEqual(first)
    }
    await rm(summary)
    await mkdir(summary)
    expect(await list()).toEqual(first)
  })

  it('is nothing where little would be gained, where the store is opened for reading, or none is', async () => {
    await list({ readOnly: true })
    expect(existsSync(summary)).toBe(false)
    await list({ readOnly: true, keepSummary: true })
    expect(existsSync(summary)).toBe(true)

    const few = await testRoot()
    const store = await few.open()
    await pull(store, 'app:1', app)
    await store.images()
    expect(existsSync(join(few.path, 'lading', 'summary'))).toBe(false)
    await few.end()

    await rm(join(root.path, 'lading'), { recursive: true })
    expect((await list()).images).toHaveLength(count + 1)
    expect(existsSync(join(root.path, 'lading'))).toBe(false)
  })

  it('harms nothing wherever it fails, or ends with its process', async () => {
    const first = await listAnew()
    const recorded = faultyFileSystem(unsyncedFileSystem())
    await list({ fs: recorded })
    const writes = recorded.calls.filter(({ path }) => path.startsWith(summary))
    expect(writes.map(({ operation }) => operation)).toEqual(
      expect.arrayContaining(['open', 'write', 'close', 'rename']),
    )
    for (const forGood of [false, true])
      for (let nth = atScale(forGood ? 2 : 1, 1); nth <= writes.length; nth += atScale(2, 1)) {
        await rm(summary, { force: true })
        const fs = faultyFileSystem(unsyncedFileSystem(), [
          { path: /\/lading\/summary/, nth, errno: 'ENOSPC', forGood },
        ])
        expect(await list({ fs })).toEqual(first)
        expect(consult(root.path, { afterCrash: true }).violations).toEqual([])
        expect(await list()).toEqual(first)
      }
  })

  it('is that of one of several who list and change at once', async () => {
    const store = await root.open()
    const changing = async (): Promise<void> => {
      for (let at = 0; at < 5; at++) await store.tag('two:1', parseReference(`more:${at}`))
    }
    await Promise.all([changing(), ...Array.from({ length: 4 }, () => list())])
    expect(await list()).toEqual(await listAnew())
    expect(consult(root.path).violations).toEqual([])
  })

  it('remembers no names that were changed and changed back while it was made', async () => {
    const store = await root.open()
    const names = layoutOf(root.path).index
    // So that `index.json` is as we write it, before and after.
    await store.tag('two:1', parseReference('brief:1'))
    await store.remove('brief:1')
    let looks = 0
    const fs = faultyFileSystem(unsyncedFileSystem(), [], {
      async before({ operation, path }) {
        // Between the look at what the names are told by and the names themselves, and after both.
        if (operation === 'readFile' && path === names && ++looks === 2)
          await store.tag('two:1', parseReference('brief:1'))
        else if (looks === 2 && operation === 'open' && path.includes('/blobs/')) {
          looks = 3
          await store.remove('brief:1')
        }
      },
    })
    await list({ fs })
    expect(looks).toBeGreaterThanOrEqual(3)
    expect(existsSync(summary)).toBe(true)
    expect(await list()).toEqual(await listAnew())
  })
})
