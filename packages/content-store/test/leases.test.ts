import { readdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createLeases, nodeFileSystem, nodeProcesses } from '@lading/content-store'
import type { Digest } from '@lading/digest'
import { expect, it } from 'vitest'
import { temporaryDirectory } from './temporary-root.ts'

const fs = nodeFileSystem()
const self = nodeProcesses().self()
const digest = (character: string): Digest => `sha256:${character.repeat(64)}`
const gone = 2 ** 22 + 1

it('holds what its living owners hold', async () => {
  const leases = createLeases({ fs, directory: join(await temporaryDirectory(), 'leases') })
  expect(await leases.held()).toEqual(new Set())
  const first = await leases.acquire()
  const second = await leases.acquire()
  await Promise.all([
    first.hold([digest('a'), digest('b')]),
    first.hold([digest('b'), digest('c')]),
    second.hold([digest('c'), digest('d')]),
  ])
  expect(await leases.held()).toEqual(new Set(['a', 'b', 'c', 'd'].map(digest)))
  await first.release()
  await first.release()
  expect(await leases.held()).toEqual(new Set(['c', 'd'].map(digest)))
  await second.release()
})

it('sweeps what dead owners held, and leaves foreign files alone', async () => {
  const directory = await temporaryDirectory()
  await writeFile(
    join(directory, '0123456789abcdef'),
    `${JSON.stringify({ ...self, pid: gone, nonce: '0123456789abcdef' })}\n${digest('a')}\n`,
  )
  await writeFile(join(directory, 'README'), 'mine')
  expect(await createLeases({ fs, directory }).held()).toEqual(new Set())
  expect(await readdir(directory)).toEqual(['README'])
})

it('believes an owner that it cannot look up while it is heard of, and a cut line never', async () => {
  const directory = await temporaryDirectory()
  const path = join(directory, '0123456789abcdef')
  await writeFile(
    path,
    `${JSON.stringify({ ...self, pidNamespace: 'pid:[1]', pid: gone, nonce: '0123456789abcdef' })}\n${digest('a')}\n${digest('b').slice(0, 40)}`,
  )
  const leases = createLeases({ fs, directory })
  expect(await leases.held()).toEqual(new Set([digest('a')]))
  await utimes(path, new Date(0), new Date(0))
  expect(await leases.held()).toEqual(new Set())
  expect(await readdir(directory)).toEqual([])
})
