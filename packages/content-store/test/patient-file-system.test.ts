import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileSystemTraits, writeFileDurably, type FileSystem, type FileSystemTraits } from '@lading/content-store'
import { faultyFileSystem, unsyncedFileSystem, type Fault, type FaultyFileSystem } from '@lading/content-store/testing'
import { describe, expect, it } from 'vitest'
import { patientFileSystem } from '../src/patient-file-system.ts'
import { temporaryDirectory } from './temporary-root.ts'

const windows = fileSystemTraits('win32')
const encoder = new TextEncoder()

interface Scene {
  readonly path: string
  readonly faulty: FaultyFileSystem
  readonly fs: FileSystem
  /** What was waited, in milliseconds. */
  readonly pauses: readonly number[]
  readonly renames: () => number
}

/** A file `index.json`, on a file system that fails so. */
async function scene(traits: FileSystemTraits | undefined, faults: readonly Fault[]): Promise<Scene> {
  const path = join(await temporaryDirectory(), 'index.json')
  await writeFile(path, 'old')
  const pauses: number[] = []
  const faulty = faultyFileSystem({ ...unsyncedFileSystem(), traits }, faults)
  return {
    path,
    faulty,
    fs: patientFileSystem(faulty, { pause: async (ms) => void pauses.push(ms) }),
    pauses,
    renames: () => faulty.calls.filter(({ operation }) => operation === 'rename').length,
  }
}

describe('where no open file can be replaced', () => {
  it.each(['EPERM', 'EACCES', 'EBUSY'])('a rename that is refused with %s is tried again', async (errno) => {
    const faults = [1, 2, 3].map((nth): Fault => ({ operation: 'rename', nth, errno }))
    const { path, fs, pauses, renames } = await scene(windows, faults)
    await writeFileDurably(fs, path, encoder.encode('new'))
    expect(await readFile(path, 'utf8')).toBe('new')
    expect(renames()).toBe(4)
    expect(pauses).toEqual(pauses.toSorted((one, other) => one - other))
  })

  it('for a second, and then the hint speaks of who has it open', async () => {
    const { path, fs, pauses } = await scene(windows, [{ operation: 'rename', nth: 1, errno: 'EPERM', forGood: true }])
    await expect(writeFileDurably(fs, path, encoder.encode('new'))).rejects.toMatchObject({
      name: 'ContentError',
      code: 'PERMISSION',
      message: `rename ${path}: operation not permitted`,
      facts: { path },
      hint: expect.stringContaining('another program may have the file open') as string,
      cause: { code: 'EPERM' },
    })
    expect(pauses.reduce((sum, ms) => sum + ms)).toBe(1000)
    expect(await readFile(path, 'utf8')).toBe('old')
    expect(await readdir(dirname(path))).toEqual(['index.json'])
  })

  it.each([
    ['another failure', 'EIO', undefined],
    ['a directory in its place', 'EPERM', 'directory'],
  ])('%s is told at once', async (_, errno, there) => {
    const { path, fs, pauses } = await scene(windows, [{ operation: 'rename', nth: 1, errno }])
    const to = there === undefined ? path : join(dirname(path), there)
    if (there !== undefined) await mkdir(to)
    await expect(fs.rename(path, to)).rejects.toMatchObject({
      hint: expect.not.stringContaining('another program') as string,
    })
    expect(pauses).toEqual([])
  })

  it('a directory is moved as patiently', async () => {
    const { path, fs, pauses } = await scene(windows, [{ operation: 'moveDirectory', nth: 1, errno: 'EBUSY' }])
    const [from, to] = [join(dirname(path), 'from'), join(dirname(path), 'to')]
    await mkdir(from)
    await fs.moveDirectory(from, to)
    expect(pauses).toHaveLength(1)
    expect(await readdir(dirname(path))).toEqual(['index.json', 'to'])
  })
})

it.each([undefined, fileSystemTraits('linux')])('a file system with the traits %j is left as it is', async (traits) => {
  const { faulty, fs } = await scene(traits, [])
  expect(fs).toBe(faulty)
})
