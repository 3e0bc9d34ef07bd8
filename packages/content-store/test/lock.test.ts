import { readFile, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  createLock,
  nodeFileSystem,
  nodeProcesses,
  type ProcessIdentity,
  type ProcessTable,
} from '@lading/content-store'
import { faultyFileSystem } from '@lading/content-store/testing'
import { describe, expect, it } from 'vitest'
import { atScale } from '../../../test/support/scale.ts'
import { tryClaim, type Observation } from '../src/claim.ts'
import { silenceMs } from '../src/owner.ts'
import { ended, speaks, start } from './spawn.ts'
import { temporaryDirectory } from './temporary-root.ts'

const fs = nodeFileSystem()
const processes = nodeProcesses()
const self = processes.self()
const nonce = '0123456789abcdef'
const gone = 2 ** 22 + 1
/** In a container that sees no other. */
const unseeing: ProcessTable = { ...processes, findIn: () => 'unseen' }

async function lockOf(owner: Partial<ProcessIdentity>): Promise<string> {
  const path = join(await temporaryDirectory(), 'lock')
  await writeFile(path, `${JSON.stringify({ ...self, ...owner, nonce })}\n`)
  return path
}

const claim = (
  path: string,
  observation: Observation = {},
  table: ProcessTable = processes,
): ReturnType<typeof tryClaim> => tryClaim({ fs, path, processes: table, observation })

describe('a lock', () => {
  it('runs one holder at a time, in the order of the calls', async () => {
    const path = join(await temporaryDirectory(), 'lock')
    const order: number[] = []
    let inside = 0
    await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        createLock({ fs, path }).hold(async () => {
          expect(++inside).toBe(1)
          await readFile(path)
          inside--
          order.push(index)
        }),
      ),
    )
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  })

  it('gives back what the holder returns and throws, and is free after both', async () => {
    const directory = await temporaryDirectory()
    const lock = createLock({ fs, path: join(directory, 'lock') })
    const failure = new Error('mine')
    await expect(lock.hold(() => Promise.reject(failure))).rejects.toBe(failure)
    expect(await lock.hold(async () => 7)).toBe(7)
    expect(await readdir(directory)).toEqual([])
  })

  it('tells a holder that was taken for dead, before it writes', async () => {
    const path = join(await temporaryDirectory(), 'lock')
    await createLock({ fs, path }).hold(async (held) => {
      await held.assert()
      await writeFile(path, `${JSON.stringify({ ...self, nonce })}\n`)
      await expect(held.assert()).rejects.toMatchObject({ code: 'LOCK_LOST', facts: { path } })
      await rm(path)
      await expect(held.assert()).rejects.toMatchObject({ code: 'LOCK_LOST' })
    })
  })

  it('has a way for the last step of its holder that is gone once it was taken over', async () => {
    const directory = await temporaryDirectory()
    const [path, trash] = [join(directory, 'lock'), join(directory, 'trash')]
    const [thing, other] = [join(directory, 'thing'), join(directory, 'other')]
    const lock = createLock({ fs, path, trash })
    await writeFile(thing, 'a thing')
    await writeFile(other, 'another')
    await lock.hold(async ({ assert, fence = '' }) => {
      await fs.rename(thing, join(fence, 'thing'))
      await rm(path)
      // By another path: within this process it is another lock.
      const alias = join(await temporaryDirectory(), 'alias')
      await symlink(directory, alias)
      await createLock({ fs, path: join(alias, 'lock'), trash }).hold(async (held) => {
        await held.assert()
        await expect(fs.rename(other, join(fence, 'other'))).rejects.toMatchObject({ code: 'NOT_FOUND' })
        await expect(assert()).rejects.toMatchObject({ code: 'LOCK_LOST' })
        await writeFile(path, `${JSON.stringify({ ...self, nonce })}\n`)
      })
      await rm(path)
    })
    expect((await readdir(directory)).toSorted()).toEqual(['other', 'trash'])
    expect((await readdir(trash, { recursive: true })).filter((name) => name.endsWith('/thing'))).toHaveLength(1)
  })

  it('lets a waiter give up without losing the place of those behind it', async () => {
    const lock = createLock({ fs, path: join(await temporaryDirectory(), 'lock') })
    const { promise: finish, resolve } = Promise.withResolvers<void>()
    const first = lock.hold(() => finish)
    const controller = new AbortController()
    const second = lock.hold(async () => 'second', { signal: controller.signal })
    const third = lock.hold(async () => 'third')
    const reason = new Error('enough')
    controller.abort(reason)
    await expect(second).rejects.toBe(reason)
    resolve()
    await first
    expect(await third).toBe('third')
  })

  it('counts right across processes', async () => {
    const directory = await temporaryDirectory()
    const file = join(directory, 'count')
    await writeFile(file, '0')
    const times = atScale(25, 250)
    const counts = async (): Promise<unknown> =>
      ended(await start('lock-process.ts', 'count', join(directory, 'lock'), file, String(times)))
    expect(await Promise.all([counts(), counts(), counts()])).toEqual([0, 0, 0])
    expect(await readFile(file, 'utf8')).toBe(String(3 * times))
  })

  it('is free when its file could not be removed, though its process goes on', async () => {
    const path = join(await temporaryDirectory(), 'lock')
    const child = await start('lock-process.ts', 'stuck', path)
    await speaks(child)
    expect(await fs.stat(path)).toBeDefined()
    expect(await createLock({ fs, path }).hold(async () => 'in')).toBe('in')
    expect(await readdir(join(path, '..'))).toEqual([])
    child.kill('SIGKILL')
    await ended(child)
  })

  it('is free for its own process when its file could be neither removed nor written', async () => {
    const path = join(await temporaryDirectory(), 'lock')
    const stuck = faultyFileSystem(fs, [
      { operation: 'unlink', path: /lock$/, nth: 1, errno: 'EIO', forGood: true },
      { operation: 'open', path: /lock$/, nth: 1, errno: 'EIO', forGood: true },
    ])
    await expect(createLock({ fs: stuck, path }).hold(async () => {})).rejects.toMatchObject({ code: 'IO_ERROR' })
    expect(await createLock({ fs, path }).hold(async () => 'in')).toBe('in')
  })

  it('that was taken over is neither removed nor written to by the one who lost it', async () => {
    const path = join(await temporaryDirectory(), 'lock')
    const line = `${JSON.stringify({ ...self, nonce })}\n`
    let taken = false
    const stuck = faultyFileSystem(fs, [{ operation: 'unlink', path: /lock$/, nth: 1, errno: 'EIO', forGood: true }], {
      // Between the look and the removal.
      async before({ operation, path: at }) {
        if (operation !== 'unlink' || at !== path || taken) return
        taken = true
        await writeFile(path, line)
      },
    })
    await createLock({ fs: stuck, path }).hold(async () => {})
    expect(await readFile(path, 'utf8')).toBe(line)
  })

  it('is free again after its holder was killed', async () => {
    const path = join(await temporaryDirectory(), 'lock')
    const child = await start('lock-process.ts', 'hang', path)
    await speaks(child)
    expect(await claim(path)).toBeUndefined()
    child.kill('SIGKILL')
    await ended(child)
    expect(await createLock({ fs, path }).hold(async () => 'in')).toBe('in')
  })
})

describe('the owner of a lock', () => {
  it('is dead when its process is gone, or another one has its pid', async () => {
    for (const owner of [{ pid: gone }, { started: '1' }]) expect(await claim(await lockOf(owner))).toBeDefined()
  })

  it('is alive while its process runs', async () => {
    const path = await lockOf({})
    const observation: Observation = {
      seen: {
        id: nonce,
        modifiedMs: (await fs.stat(path))?.modifiedMs ?? 0,
        sinceMs: performance.now() - 10 * silenceMs,
      },
    }
    expect(await claim(path, observation)).toBeUndefined()
  })

  it.each([
    ['of another boot', { boot: 'another', pid: gone }],
    ['on another host', { host: 'another', boot: 'another', pid: gone }],
    ['in a pid namespace that cannot be seen', { pidNamespace: 'pid:[1]', pid: gone }],
  ])('%s is dead after a long silence and not before', async (_, owner) => {
    const path = await lockOf(owner)
    const observation: Observation = {}
    expect(await claim(path, observation, unseeing)).toBeUndefined()
    expect(await claim(path, observation, unseeing)).toBeUndefined()
    const silent = (): void => {
      observation.seen = {
        ...(observation.seen as NonNullable<Observation['seen']>),
        sinceMs: performance.now() - silenceMs,
      }
    }
    silent()
    await fs.touch(path)
    expect(await claim(path, observation, unseeing)).toBeUndefined()
    silent()
    expect(await claim(path, observation, unseeing)).toBeDefined()
  })

  it.runIf(self.boot !== undefined)('is dead when the machine was booted since it was heard of', async () => {
    const booted = processes.bootedMs?.() ?? 0
    expect(booted).toBeGreaterThan(0)
    expect(booted).toBeLessThan(Date.now())
    const path = await lockOf({ boot: 'before' })
    await utimes(path, booted / 1000 + 1, booted / 1000 + 1)
    expect(await claim(path)).toBeUndefined()
    await utimes(path, booted / 1000 - 1, booted / 1000 - 1)
    expect(await claim(await lockOf({ boot: 'before', host: 'another' }))).toBeUndefined()
    expect(await claim(path)).toBeDefined()
  })

  it.runIf(self.boot !== undefined)('is looked up by its boot, whatever its host is called', async () => {
    expect(await claim(await lockOf({ host: 'a-container' }))).toBeUndefined()
    expect(await claim(await lockOf({ host: 'a-container', pid: gone }))).toBeDefined()
  })

  it('whose file a power cut emptied is dead after a long silence', async () => {
    const path = join(await temporaryDirectory(), 'lock')
    await writeFile(path, new Uint8Array(40))
    const observation: Observation = {}
    expect(await claim(path, observation)).toBeUndefined()
    observation.seen = {
      ...(observation.seen as NonNullable<Observation['seen']>),
      sinceMs: performance.now() - silenceMs,
    }
    expect(await claim(path, observation)).toBeDefined()
  })

  it('has one heir, however many saw it dead', async () => {
    for (let round = 0; round < atScale(20, 500); round++) {
      const path = await lockOf({ pid: gone })
      const heirs = await Promise.all(Array.from({ length: 6 }, () => claim(path)))
      const claims = heirs.filter((heir) => heir !== undefined)
      expect(claims).toHaveLength(1)
      expect(await claims[0]?.holds()).toBe(true)
      await claims[0]?.release()
      expect(await fs.stat(path)).toBeUndefined()
    }
  })

  it('is not inherited by one that saw it dead and comes after the heir', async () => {
    const path = await lockOf({ pid: gone })
    const { promise: late, resolve } = Promise.withResolvers<void>()
    const slow = faultyFileSystem(fs, [], { before: ({ operation }) => (operation === 'open' ? late : undefined) })
    const second = tryClaim({ fs: slow, path, processes, observation: {} })
    while (!slow.calls.some((call) => call.operation === 'open')) await fs.stat(path)
    const first = await claim(path)
    resolve()
    expect(await second).toBeUndefined()
    expect(await first?.holds()).toBe(true)
    await first?.release()
  })

  it('is waited for no longer than the signal allows', async () => {
    const path = await lockOf({})
    const controller = new AbortController()
    const reason = new Error('enough')
    const watched = faultyFileSystem(fs)
    const waiting = createLock({ fs: watched, path }).hold(async () => {}, { signal: controller.signal })
    while (watched.calls.length < 5) await fs.stat(path)
    controller.abort(reason)
    await expect(waiting).rejects.toBe(reason)
  })

  it('is inherited after an heir died on the way, and nothing is left over', async () => {
    const path = await lockOf({ pid: gone })
    await writeFile(`${path}.${nonce}`, `${JSON.stringify({ ...self, pid: gone, nonce: 'fedcba9876543210' })}\n`)
    await writeFile(
      `${path}.fedcba9876543210.tmp`,
      `${JSON.stringify({ ...self, pid: gone, nonce: 'fedcba9876543210' })}\n`,
    )
    const heir = await claim(path)
    await heir?.release()
    expect(heir).toBeDefined()
    expect(await readdir(join(path, '..'))).toEqual([])
  })

  it('lets go of nothing that somebody else has taken over', async () => {
    const path = join(await temporaryDirectory(), 'lock')
    const first = await claim(path)
    await writeFile(path, `${JSON.stringify({ ...self, nonce })}\n`)
    await first?.release()
    expect(await fs.stat(path)).toBeDefined()
  })

  it('can also be claimed where there are no hard links', async () => {
    const directory = await temporaryDirectory()
    const noLinks = faultyFileSystem(fs, [{ operation: 'link', nth: 1, errno: 'EPERM', forGood: true }])
    const path = join(directory, 'lock')
    const first = await tryClaim({ fs: noLinks, path, processes, observation: {} })
    expect(first).toBeDefined()
    expect(await tryClaim({ fs: noLinks, path, processes, observation: {} })).toBeUndefined()
    await first?.release()
    expect(await readdir(directory)).toEqual([])
  })
})
