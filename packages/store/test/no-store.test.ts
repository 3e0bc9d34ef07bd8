import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseReference } from '@lading/reference'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Store } from '../src/index.ts'
import { testRoot, type TestRoot } from './support/root.ts'

let root: TestRoot
beforeEach(async () => {
  root = await testRoot()
})
afterEach(() => root.end())

const changes: Readonly<Record<string, (store: Store) => Promise<unknown>>> = {
  remove: (store) => store.remove('app:1'),
  tag: (store) => store.tag('app:1', parseReference('app:2')),
  prune: (store) => store.prune(),
  'check with repair': (store) => store.check({ repair: true }),
}

describe('where no store is, none is made to remove or to rename', () => {
  for (const [name, change] of Object.entries(changes)) {
    it(name, async () => {
      const path = join(root.path, 'typed', 'wrong')
      const outcome = await change(await root.open({ root: path })).catch((error: unknown) => error)
      if (name === 'remove' || name === 'tag') expect(outcome).toMatchObject({ code: 'IMAGE_UNKNOWN' })
      else expect(outcome).not.toBeInstanceOf(Error)
      expect(await readdir(root.path).catch(() => [])).toEqual([])
    })
  }

  it('and among the files of somebody else it is said that there is none', async () => {
    await mkdir(root.path, { recursive: true })
    await writeFile(join(root.path, 'letter.0123456789abcdef.tmp'), 'mine')
    for (const name of ['remove', 'tag', 'prune'] as const)
      await expect(changes[name]?.(await root.open())).rejects.toMatchObject({ code: 'ROOT_INVALID' })
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
