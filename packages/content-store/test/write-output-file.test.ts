import { mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { writeOutputFile } from '../src/index.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'lading-output-'))
  onTestFinished(() => rm(path, { recursive: true, force: true }))
  return path
}

describe('a file that a user named', () => {
  it('is there when it is whole, and as it was until then', async () => {
    const directory = await folder()
    const file = join(directory, 'out')
    await writeFile(file, 'before')
    await writeOutputFile(file, async (write) => {
      await write(bytes('af'))
      expect(await readFile(file, 'utf8')).toBe('before')
      await write(bytes('ter'))
    })
    expect(await readFile(file, 'utf8')).toBe('after')
    expect(await readdir(directory)).toEqual(['out'])
  })

  it('stays as it was, and nothing else is left, when it cannot be filled', async () => {
    const directory = await folder()
    const why = new Error('no network')
    const failing = writeOutputFile(join(directory, 'out'), async (write) => {
      await write(bytes('half'))
      throw why
    })
    await expect(failing).rejects.toBe(why)
    expect(await readdir(directory)).toEqual([])
  })

  it('behind a link is replaced there; a device is written through', async () => {
    const directory = await folder()
    await writeFile(join(directory, 'real'), 'before')
    await symlink('real', join(directory, 'link'))
    await symlink('/dev/null', join(directory, 'device'))
    for (const name of ['link', 'device'])
      await writeOutputFile(join(directory, name), (write) => write(bytes('after')))
    expect(await readFile(join(directory, 'real'), 'utf8')).toBe('after')
    expect((await stat(join(directory, 'device'))).isCharacterDevice()).toBe(true)
    expect((await readdir(directory)).toSorted()).toEqual(['device', 'link', 'real'])
  })

  it.each([
    ['in a directory that is not there', ['none', 'out']],
    ['that is a directory', []],
  ])('%s is refused, and named', async (_what, path) => {
    const directory = await folder()
    await expect(writeOutputFile(join(directory, ...path), (write) => write(bytes('x')))).rejects.toMatchObject({
      name: 'ContentError',
      code: 'OUTPUT_FAILED',
      facts: { path: join(directory, ...path) },
    })
    expect(await readdir(directory)).toEqual([])
  })
})
