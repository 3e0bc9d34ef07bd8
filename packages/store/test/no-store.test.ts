import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parseReference } from '@lading/reference'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Store } from '../src/index.ts'
import { testRoot, type TestRoot } from './support/root.ts'

let root: TestRoot
beforeEach(async () => {
  root = await testRoot()
})
afterEach(() => root.end())

const changes: Readonly<
  Record<string, { readonly run: (store: Store) => Promise<unknown>; readonly outcome: object }>
> = {
  remove: { run: (store) => store.remove('app:1'), outcome: { code: 'IMAGE_UNKNOWN' } },
  tag: { run: (store) => store.tag('app:1', parseReference('app:2')), outcome: { code: 'IMAGE_UNKNOWN' } },
  prune: { run: (store) => store.prune(), outcome: { freed: 0 } },
  'check with repair': { run: (store) => store.check({ repair: true }), outcome: { findings: [] } },
}

describe('where no store is, none is made to remove or to rename', () => {
  for (const [name, { run, outcome }] of Object.entries(changes)) {
    it(`${name} leaves the disk as it is`, async () => {
      const store = await root.open({ root: join(root.path, 'typed', 'wrong') })
      expect(await run(store).catch((error: unknown) => error)).toMatchObject(outcome)
      expect(await readdir(dirname(root.path))).toEqual([])
    })
  }

  it('and among the files of somebody else it is said that there is none', async () => {
    await mkdir(root.path, { recursive: true })
    await writeFile(join(root.path, 'letter.0123456789abcdef.tmp'), 'mine')
    for (const name of ['remove', 'tag', 'prune'] as const)
      await expect(changes[name]?.run(await root.open())).rejects.toMatchObject({ code: 'ROOT_INVALID' })
    expect(await readdir(root.path)).toEqual(['letter.0123456789abcdef.tmp'])
  })

  it('a root without a marker, or with an empty one, is a store for its version', async () => {
    await mkdir(join(root.path, 'lading'), { recursive: true })
    await writeFile(join(root.path, 'lading', 'version'), '1\n')
    await writeFile(join(root.path, 'oci-layout'), '')
    await (await root.open()).prune()
    expect(await readFile(join(root.path, 'oci-layout'), 'utf8')).toContain('imageLayoutVersion')
  })
})
