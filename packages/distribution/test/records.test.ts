import { execFileSync } from 'node:child_process'
import { chmod, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { layoutOf, nodeFileSystem, type FileSystem } from '@lading/content-store'
import { faultyFileSystem } from '@lading/content-store/testing'
import { image, startTestRegistry, type TestRegistry } from '@lading/test-registry'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { atScale } from '../../../test/support/scale.ts'
import { consult } from '../../store/test/oracle.ts'
import { createPuller } from '../src/index.ts'
import { temporaryFolder } from './scene.ts'
import { openTestStore } from './support/test-store.ts'

// Whatever is in the place of a record, images are listed and pulled, and the record is there again.

const kinds: readonly (readonly [string, (path: string, other: Uint8Array) => Promise<unknown>])[] = [
  ['nothing', async () => undefined],
  ['an empty file', (path) => writeFile(path, '')],
  ['garbage', (path) => writeFile(path, Uint8Array.of(0xff, 0, 0x7b))],
  ['the record of another', (path, other) => writeFile(path, other)],
  ['a directory', (path) => mkdir(join(path, 'inside'), { recursive: true })],
  ['a link to nothing', (path) => symlink('nowhere', path)],
  ['a link to a directory', (path) => symlink('..', path)],
  ['a pipe', async (path) => execFileSync('sh', ['-c', 'mkfifo "$0"', path])],
  [
    'a file that may not be read',
    async (path, other) => {
      await writeFile(path, other)
      await chmod(path, 0)
    },
  ],
]

/** What an ordinary user sees of a file without permissions; root may read it. */
const asUser = (fs: FileSystem): FileSystem => ({
  ...fs,
  async readFile(path, options) {
    if ((await fs.stat(path))?.mode !== 0) return fs.readFile(path, options)
    return faultyFileSystem(fs, [{ nth: 1, errno: 'EACCES' }]).readFile(path, options)
  },
})

describe.skipIf(process.platform === 'win32')('in the place of a record', () => {
  let registry: TestRegistry
  let reference: string
  beforeAll(async () => {
    registry = await startTestRegistry()
    await registry.seed(image('t/app:1').layer({ a: '1' }).layer({ b: '2' }))
    reference = `${registry.host}/t/app:1`
  })
  afterAll(() => registry.close())

  const cases = (['layers', 'images', 'diffIds'] as const).flatMap((records) =>
    kinds.map(([kind, make]) => [kind, records, make] as const),
  )
  /** Each kind and each sort of records several times in the ordinary run, not each with each. */
  const some = (first: number): typeof cases => cases.filter((_, at) => atScale((at + first) % 4 === 0, true))

  it.each(some(0))('%s of %s', async (_, records, make) => {
    const root = await temporaryFolder()
    const store = await openTestStore(root, asUser)
    const puller = await createPuller({ store })
    try {
      const { id } = await puller.pull(reference, { platform: 'linux/amd64' })
      const directory = join(layoutOf(root)[records], 'sha256')
      const before = new Map<string, string>()
      for (const name of await readdir(directory)) before.set(name, await readFile(join(directory, name), 'utf8'))
      const others = [...before.values(), '{}']
      for (const [at, name] of [...before.keys()].entries()) {
        await rm(join(directory, name))
        await make(join(directory, name), Buffer.from(others[at + 1] ?? ''))
      }

      const listing = async (): Promise<unknown> => (await readdir(directory)).toSorted()
      const untouched = await listing()
      expect(await store.images({ onDamaged: (damage) => expect.unreachable(String(damage.error)) })).toMatchObject([
        { id },
      ])
      expect(await store.inspect(reference)).toMatchObject({ id })
      expect(await store.inspect(id.slice(7, 19))).toMatchObject({ id })
      expect(await listing()).toEqual(untouched)

      expect((await puller.pull(reference, { platform: 'linux/amd64' })).status).toBe('up-to-date')
      for (const [name, text] of before) expect(await readFile(join(directory, name), 'utf8')).toBe(text)
      expect(consult(root).violations).toEqual([])
    } finally {
      await puller.close()
      await store.close()
    }
  })

  /** A digit of the n-th digest is another one. */
  const otherDigit = (text: string, nth: number): string => {
    let at = -1
    return text.replace(/sha256:[0-9a-f]{64}/g, (found) =>
      ++at === nth ? `${found.slice(0, -1)}${found.endsWith('0') ? '1' : '0'}` : found,
    )
  }
  const unsealed = (text: string): string => text.replace(/,"sum":"[0-9a-f]+"/, '')

  it.each([
    ['another digit in it', (text: string) => otherDigit(text, 1)],
    ['another digit in it, as earlier versions wrote it', (text: string) => otherDigit(unsealed(text), 1)],
    ['another size', (text: string) => text.replace(/"size":(\d)/, (_, digit) => `"size":${Number(digit) ^ 1}`)],
    ['one without its sum', unsealed],
  ])('%s: of a blob, accuses nobody, and is mended', async (title, change) => {
    const root = await temporaryFolder()
    const store = await openTestStore(root)
    const puller = await createPuller({ store })
    try {
      await puller.pull(reference, { platform: 'linux/amd64' })
      const directory = join(layoutOf(root).diffIds, 'sha256')
      const before = new Map<string, string>()
      for (const name of await readdir(directory)) before.set(name, await readFile(join(directory, name), 'utf8'))
      for (const [name, text] of before) {
        expect(change(text)).not.toBe(text)
        await writeFile(join(directory, name), change(text))
      }
      expect((await puller.pull(reference, { platform: 'linux/amd64' })).status).toBe('up-to-date')
      for (const [name, text] of before)
        expect(await readFile(join(directory, name), 'utf8')).toBe(title.includes('without') ? unsealed(text) : text)
    } finally {
      await puller.close()
      await store.close()
    }
  })

  it.each(some(2))('%s of %s, an image can be removed with all that was known of it', async (_, records, make) => {
    const root = await temporaryFolder()
    const store = await openTestStore(root, asUser)
    const puller = await createPuller({ store })
    try {
      await puller.pull(reference, { platform: 'linux/amd64' })
      const directory = join(layoutOf(root)[records], 'sha256')
      for (const name of await readdir(directory)) {
        await rm(join(directory, name))
        await make(join(directory, name), Buffer.from('{}'))
      }
      expect(await store.remove(reference)).not.toHaveProperty('uncollected')
      expect(consult(root)).toMatchObject({ violations: [], blobs: [] })
    } finally {
      await puller.close()
      await store.close()
    }
  })
})

it('a directory in which nothing may be looked up is no absence of records', async () => {
  const root = await temporaryFolder()
  const store = await openTestStore(root, () =>
    faultyFileSystem(nodeFileSystem(), [
      { operation: 'readFile', path: /lading.(layers|diff-ids)/, nth: 1, errno: 'EACCES', forGood: true },
      { operation: 'stat', path: /lading.(layers|diff-ids)/, nth: 1, errno: 'EACCES', forGood: true },
    ]),
  )
  await expect(store.layers.known(`sha256:${'a'.repeat(64)}`)).rejects.toMatchObject({ code: 'PERMISSION' })
  await store.close()
})
