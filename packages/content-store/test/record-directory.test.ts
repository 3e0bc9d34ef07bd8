import { execFileSync } from 'node:child_process'
import { chmod, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createRecordDirectory, nodeFileSystem, type FileSystem, type Records } from '@lading/content-store'
import { faultyFileSystem } from '@lading/content-store/testing'
import type { Digest } from '@lading/digest'
import { digestOf } from '@lading/digest/hash'
import { describe, expect, it } from 'vitest'
import { temporaryDirectory } from './temporary-root.ts'

const fs = nodeFileSystem()
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const key = digestOf(bytesOf('key'))
const other = digestOf(bytesOf('other'))
/** A record says whose it is. */
const record = (of: Digest): Uint8Array => bytesOf(`record of ${of}\n`)
const parse = (bytes: Uint8Array, of: Digest): string | undefined =>
  new TextDecoder().decode(bytes) === `record of ${of}\n` ? of : undefined
const records = (directory: string, over: FileSystem = fs): Records<string> =>
  createRecordDirectory({ fs: over, directory, maxBytes: 1000, parse })
const fileOf = (directory: string, of: Digest = key): string => join(directory, 'sha256', of.slice(7))
const all = async (from: Records<string>): Promise<string[]> => {
  const found: string[] = []
  for await (const one of from.list()) found.push(one)
  return found
}

const kinds: readonly (readonly [string, (path: string) => Promise<unknown>])[] = [
  ['an empty file', (path) => writeFile(path, '')],
  ['garbage', (path) => writeFile(path, Uint8Array.of(0xff, 0xfe, 0))],
  ['a record that was cut off', (path) => writeFile(path, record(key).subarray(0, 20))],
  ['the record of another digest', (path) => writeFile(path, record(other))],
  ['a file that is too long', (path) => writeFile(path, `record of ${key}\n`.padEnd(5000))],
  ['a directory', (path) => mkdir(path)],
  ['a directory with something in it', (path) => mkdir(join(path, 'a', 'b'), { recursive: true })],
  [
    'a link to a record',
    async (path) => {
      await writeFile(`${path}.target`, record(key))
      await symlink(`${path}.target`, path)
    },
  ],
  ['a link to a directory', (path) => symlink(dirname(path), path)],
  ['a link to nothing', (path) => symlink('nowhere', path)],
  ['a pipe', async (path) => execFileSync('sh', ['-c', 'mkfifo "$0"', path])],
  [
    'a file that nobody may read',
    async (path) => {
      await writeFile(path, record(key))
      await chmod(path, 0)
    },
  ],
]

/** Root may read everything: what an ordinary user sees of a file without permissions. */
const asUser: FileSystem = {
  ...fs,
  async readFile(path, options) {
    if ((await fs.stat(path))?.mode !== 0) return fs.readFile(path, options)
    return faultyFileSystem(fs, [{ nth: 1, errno: 'EACCES' }]).readFile(path, options)
  },
}

describe.skipIf(process.platform === 'win32').each(kinds)("%s in a record's place", (_, make) => {
  const prepare = async (): Promise<string> => {
    const directory = join(await temporaryDirectory(), 'records')
    await mkdir(join(directory, 'sha256'), { recursive: true })
    await make(fileOf(directory))
    return directory
  }

  it('reads as no record, and reading leaves it there', async () => {
    const directory = await prepare()
    const before = (await fs.stat(fileOf(directory)))?.inode
    expect(await records(directory, asUser).get(key)).toBeUndefined()
    expect(await all(records(directory, asUser))).toEqual([])
    expect((await fs.stat(fileOf(directory)))?.inode).toBe(before)
  })

  it('is replaced by the next record, and nothing is left of it', async () => {
    const directory = await prepare()
    await records(directory, asUser).put(key, record(key))
    expect(await records(directory).get(key)).toBe(key)
    expect(await all(records(directory))).toEqual([key])
    expect((await readdir(join(directory, 'sha256'))).filter((name) => !name.endsWith('.target'))).toEqual([
      key.slice(7),
    ])
  })

  it('can be removed', async () => {
    const directory = await prepare()
    expect(await records(directory, asUser).remove(key)).toBe(true)
    expect(await fs.stat(fileOf(directory))).toBeUndefined()
    expect(await records(directory, asUser).remove(key)).toBe(false)
  })
})

it('follows no link out of the records', async () => {
  const directory = join(await temporaryDirectory(), 'records')
  await mkdir(join(directory, 'sha256'), { recursive: true })
  const precious = join(directory, 'precious')
  await writeFile(precious, 'precious')
  await symlink(precious, fileOf(directory))
  await records(directory).put(key, record(key))
  expect(await readFile(precious, 'utf8')).toBe('precious')
})

describe('a file where the directory of records should be', () => {
  it.each(['records', 'records/sha256'])('reads as none, and gives way to the first record: %s', async (place) => {
    const above = await temporaryDirectory()
    const directory = join(above, 'records')
    await mkdir(dirname(join(above, place)), { recursive: true })
    await writeFile(join(above, place), 'in the way')
    expect(await records(directory).get(key)).toBeUndefined()
    expect(await all(records(directory))).toEqual([])
    expect(await records(directory).remove(key)).toBe(false)
    expect(await readFile(join(above, place), 'utf8')).toBe('in the way')
    await records(directory).put(key, record(key))
    expect(await records(directory).get(key)).toBe(key)
  })
})

describe('a directory of records that went away after the first record', () => {
  it.each(['records', 'records/sha256'])('is made again by the next one, whatever has its place: %s', async (place) => {
    const above = await temporaryDirectory()
    const directory = join(above, 'records')
    const same = records(directory)
    for (const now of [undefined, 'in the way']) {
      await same.put(other, record(other))
      await rm(join(above, place), { recursive: true })
      if (now !== undefined) await writeFile(join(above, place), now)
      await same.put(key, record(key))
      expect(await all(same)).toEqual([key])
    }
  })
})

describe('a directory that may not be entered', () => {
  const forbidden = faultyFileSystem(fs, [{ nth: 1, errno: 'EACCES', forGood: true }])

  it('is an error, and no absence of records', async () => {
    const directory = await temporaryDirectory()
    await expect(records(directory, forbidden).get(key)).rejects.toMatchObject({ code: 'PERMISSION' })
    await expect(all(records(directory, forbidden))).rejects.toMatchObject({ code: 'PERMISSION' })
    await expect(records(directory, forbidden).put(key, record(key))).rejects.toMatchObject({ code: 'PERMISSION' })
    await expect(records(directory, forbidden).remove(key)).rejects.toMatchObject({ code: 'PERMISSION' })
  })
})

it('lists in order, and only what has a digest for a name', async () => {
  const directory = await temporaryDirectory()
  for (const one of [key, other]) await records(directory).put(one, record(one))
  await writeFile(join(directory, 'sha256', 'README'), 'mine')
  await writeFile(`${fileOf(directory)}.0123456789abcdef.tmp`, record(key))
  await mkdir(join(directory, 'md5'))
  expect(await all(records(directory))).toEqual([key, other].toSorted())
  expect(await readdir(join(directory, 'sha256'))).toHaveLength(4)
  await rm(directory, { recursive: true })
  expect(await all(records(directory))).toEqual([])
})
