import { mkdir, rmdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileSystemError } from '@lading/content-store'
import { expect, it } from 'vitest'
import { atScale } from '../../../test/support/scale.ts'
import { makeDirectories } from '../src/make-directories.ts'
import { temporaryDirectory } from './temporary-root.ts'

const exists = (path: string): Error =>
  fileSystemError(Object.assign(new Error('EEXIST: file already exists'), { code: 'EEXIST' }), 'mkdir', path)

it('makes a directory again that was there and was taken away before anybody could look at it', async () => {
  const path = join(await temporaryDirectory(), 'made')
  let calls = 0
  await makeDirectories(path, async (at) => {
    if (calls++ === 0) throw exists(at)
    await mkdir(at)
  })
  expect(calls).toBe(2)
})

it('gives up where one is said to be there and never is', async () => {
  const path = join(await temporaryDirectory(), 'made')
  let calls = 0
  const make = (at: string): Promise<void> => {
    calls += 1
    return Promise.reject(exists(at))
  }
  await expect(makeDirectories(path, make)).rejects.toMatchObject({ code: 'EXISTS' })
  expect(calls).toBe(1000)
})

it('takes a directory that is there, a link to one too, and nothing else', async () => {
  const directory = await temporaryDirectory()
  const make = (at: string): Promise<void> => Promise.reject(exists(at))
  await symlink(directory, join(directory, 'link'))
  await makeDirectories(join(directory, 'link'), make)
  await makeDirectories(directory, make)
  await writeFile(join(directory, 'file'), '')
  await symlink(join(directory, 'nowhere'), join(directory, 'dangling'))
  for (const name of ['file', 'dangling'])
    await expect(makeDirectories(join(directory, name), make)).rejects.toMatchObject({ code: 'EXISTS' })
})

it('makes one that others make and take away all the time', async () => {
  const path = join(await temporaryDirectory(), 'made')
  const make = (at: string): Promise<void> =>
    mkdir(at).catch((error: unknown) => Promise.reject(fileSystemError(error, 'mkdir', at)))
  const over = new AbortController()
  const others = [1, 2].map(async () => {
    while (!over.signal.aborted) {
      await rmdir(path).catch(() => {})
      await mkdir(path).catch(() => {})
    }
  })
  try {
    for (let time = 0; time < atScale(300, 5_000); time++)
      await expect(makeDirectories(path, make)).resolves.toBeUndefined()
  } finally {
    over.abort()
    await Promise.all(others)
  }
})
