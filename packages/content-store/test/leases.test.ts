import { mkdir, readdir, rm, truncate, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createLeases, nodeFileSystem, nodeProcesses, type FileSystem } from '@lading/content-store'
import type { Digest } from '@lading/digest'
import { faultyFileSystem } from '@lading/content-store/testing'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { ended, speaks, start } from './spawn.ts'
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
    `${JSON.stringify({ ...self, boot: 'elsewhere', pid: gone, nonce: '0123456789abcdef' })}\n${digest('a')}\n${digest('b').slice(0, 40)}`,
  )
  const leases = createLeases({ fs, directory })
  expect(await leases.held()).toEqual(new Set([digest('a')]))
  await utimes(path, new Date(0), new Date(0))
  expect(await leases.held()).toEqual(new Set())
  expect(await readdir(directory)).toEqual([])
})

describe('a lease of a process that lives', () => {
  const long = new Date(Date.now() - 11 * 60_000)
  const foreign = '0000000000000000'
  const nameOf = async (directory: string): Promise<string> =>
    (await readdir(directory)).find((name) => name !== foreign) ?? ''
  /** Lists a directory with the lease of another first, or last. */
  const listing = (order: 'first' | 'last'): FileSystem => ({
    ...fs,
    async readDirectory(path) {
      const entries = await fs.readDirectory(path)
      const rank = (name: string): number => (name === foreign ? (order === 'first' ? 0 : 2) : 1)
      return entries?.toSorted((a, b) => rank(a.name) - rank(b.name))
    },
  })

  it.each([
    ['first', { host: 'elsewhere', boot: 'elsewhere' }, 'heard of'],
    ['last', { host: 'elsewhere', boot: 'elsewhere' }, 'heard of'],
    ['first', { host: 'elsewhere', boot: 'elsewhere' }, 'silent'],
    ['last', { host: 'elsewhere', boot: 'elsewhere' }, 'silent'],
    ['first', { boot: 'another' }, 'silent'],
    ['first', { pidNamespace: 'pid:[1]' }, 'silent'],
  ] as const)('is kept however late it is touched, with one beside it %s: of %j, %s', async (order, owner, state) => {
    const directory = await temporaryDirectory()
    const lease = await createLeases({ fs, directory }).acquire()
    await lease.hold([digest('a')])
    await utimes(join(directory, await nameOf(directory)), long, long)
    await writeFile(
      join(directory, foreign),
      `${JSON.stringify({ ...self, ...owner, nonce: foreign })}\n${digest('f')}\n`,
    )
    if (state === 'silent') await utimes(join(directory, foreign), long, long)
    const kept = state === 'silent' ? ['a'] : ['a', 'f']
    for (let again = 0; again < 2; again++)
      expect(await createLeases({ fs: listing(order), directory }).held()).toEqual(new Set(kept.map(digest)))
    expect((await readdir(directory)).includes(foreign)).toBe(state !== 'silent')
    await lease.release()
  })

  it('is kept while its file cannot be told from one that is about to be written', async () => {
    const directory = await temporaryDirectory()
    await writeFile(join(directory, foreign), '')
    await createLeases({ fs, directory }).held()
    expect(await readdir(directory)).toEqual([foreign])
    await utimes(join(directory, foreign), long, long)
    await createLeases({ fs, directory }).held()
    expect(await readdir(directory)).toEqual([])
  })

  const losses: readonly (readonly [string, (path: string, directory: string) => Promise<unknown>])[] = [
    ['was removed', (path) => rm(path)],
    ['was removed with its directory', (_, directory) => rm(directory, { recursive: true })],
    [
      'was replaced by a directory',
      async (path) => {
        await rm(path)
        await mkdir(join(path, 'inside'), { recursive: true })
      },
    ],
    ['was emptied', (path) => truncate(path, 0)],
    ['was cut', (path) => truncate(path, 100)],
  ]

  it.each(losses)('is taken again when it %s, with everything that it held', async (_, lose) => {
    const directory = join(await temporaryDirectory(), 'leases')
    const leases = createLeases({ fs, directory })
    const lease = await leases.acquire()
    await lease.hold([digest('a'), digest('b')])
    await lose(join(directory, await nameOf(directory)), directory)
    // Nothing new is needed to find out.
    await lease.hold([digest('a')])
    expect(await leases.held()).toEqual(new Set(['a', 'b'].map(digest)))
    await lose(
      join(directory, (await readdir(directory, { withFileTypes: true })).find((entry) => entry.isFile())?.name ?? ''),
      directory,
    )
    await Promise.all([lease.hold([digest('c')]), lease.hold([digest('d'), digest('c')])])
    expect(await leases.held()).toEqual(new Set(['a', 'b', 'c', 'd'].map(digest)))
    await lease.release()
    expect(await leases.held()).toEqual(new Set())
  })

  it.each(losses)('can be released when it %s', async (_, lose) => {
    const directory = join(await temporaryDirectory(), 'leases')
    const leases = createLeases({ fs, directory })
    const lease = await leases.acquire()
    await lease.hold([digest('a')])
    await lose(join(directory, await nameOf(directory)), directory)
    await lease.release()
    await lease.release()
    expect(await leases.held()).toEqual(new Set())
  })

  it('that was lost is taken again by its heartbeat, and by none after its release', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    onTestFinished(() => void vi.useRealTimers())
    const directory = await temporaryDirectory()
    const leases = createLeases({ fs, directory })
    const lease = await leases.acquire()
    await lease.hold([digest('a')])
    await rm(join(directory, await nameOf(directory)))
    vi.advanceTimersByTime(5_000)
    while ((await leases.held()).size === 0) await fs.stat(directory)
    expect(await leases.held()).toEqual(new Set([digest('a')]))
    await lease.release()
    vi.advanceTimersByTime(50_000)
    await lease.hold([digest('b')])
    await lease.release()
    expect(await leases.held()).toEqual(new Set())
  })

  it('is taken again when it goes while it is written to', async () => {
    const directory = join(await temporaryDirectory(), 'leases')
    let going = false
    const watched = faultyFileSystem(fs, [], {
      async before({ operation, path }) {
        if (!going || operation !== 'open') return
        going = false
        await rm(path)
      },
    })
    const leases = createLeases({ fs: watched, directory })
    const lease = await leases.acquire()
    await lease.hold([digest('a')])
    going = true
    await lease.hold([digest('b')])
    expect(await leases.held()).toEqual(new Set(['a', 'b'].map(digest)))
    await lease.release()
  })

  it('that cannot be taken again says why, and is taken by the next who asks', async () => {
    const directory = join(await temporaryDirectory(), 'leases')
    const full = faultyFileSystem(fs, [{ operation: 'write', path: /leases/, nth: 3, errno: 'ENOSPC' }])
    const leases = createLeases({ fs: full, directory })
    const lease = await leases.acquire()
    await lease.hold([digest('a')])
    await rm(join(directory, await nameOf(directory)))
    await expect(lease.hold([digest('b')])).rejects.toMatchObject({ code: 'NO_SPACE' })
    await lease.hold([digest('b')])
    expect(await leases.held()).toEqual(new Set(['a', 'b'].map(digest)))
    await lease.release()
  })
})

it('holds nothing by a lease that could not be removed, though its process goes on', async () => {
  const directory = await temporaryDirectory()
  const child = await start('lock-process.ts', 'stuck-lease', directory)
  await speaks(child)
  expect(await createLeases({ fs, directory }).held()).toEqual(new Set())
  child.kill('SIGKILL')
  await ended(child)
})
