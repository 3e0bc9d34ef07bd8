import { mkdir, mkdtemp, open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fileSystemTraits, type FileSystemTraits } from '../src/file-system-traits.ts'

/** Whether each trait is true of this machine: asked of the system itself, without our own file system between. */
describe('the traits of this file system', () => {
  let directory: string
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lading-traits-'))
  })
  afterAll(() => rm(directory, { recursive: true, force: true }))

  const works = async (attempt: () => Promise<unknown>): Promise<boolean> =>
    attempt().then(
      () => true,
      () => false,
    )
  const attempts: { readonly [Trait in keyof FileSystemTraits]: (at: string) => Promise<unknown> } = {
    async replacesOpenFiles(at) {
      await writeFile(join(at, 'old'), 'old')
      await writeFile(join(at, 'new'), 'new')
      const held = await open(join(at, 'old'))
      try {
        await rename(join(at, 'new'), join(at, 'old'))
      } finally {
        await held.close()
      }
    },
    async syncsDirectories(at) {
      const opened = await open(at)
      try {
        await opened.sync()
      } finally {
        await opened.close()
      }
    },
    async replacesEmptyDirectories(at) {
      await mkdir(join(at, 'empty'))
      await mkdir(join(at, 'full', 'inside'), { recursive: true })
      await rename(join(at, 'full'), join(at, 'empty'))
    },
    async takesAnyName(at) {
      for (const name of ['con', 'a:b', 'a.', 'a ', 'a*"<>|?'])
        await writeFile(join(at, name), name, { flag: 'wx' }).then(() => readFile(join(at, name)))
    },
  }

  it.each(Object.keys(attempts) as (keyof FileSystemTraits)[])('%s', async (trait) => {
    const at = join(directory, trait)
    await mkdir(at)
    expect(await works(() => attempts[trait](at))).toBe(fileSystemTraits()[trait])
  })
})
