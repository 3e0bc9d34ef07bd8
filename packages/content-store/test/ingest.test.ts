import { appendFile, mkdir, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import {
  createContentStore,
  nodeFileSystem,
  nodeProcesses,
  type FileContentStore,
  type FileIngest,
  type ProcessTable,
} from '@lading/content-store'
import { faultyFileSystem, type Call } from '@lading/content-store/testing'
import { digestOf } from '@lading/digest/hash'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { atScale } from '../../../test/support/scale.ts'
import { layoutOf } from '../src/layout.ts'
import { tryClaim } from '../src/claim.ts'
import { fileIngest } from '../src/file-ingest.ts'
import { claimAt } from '../src/ingest-directory.ts'
import { openData } from '../src/open-data.ts'
import { writeBehind } from '../src/write-behind.ts'
import { temporaryDirectory } from './temporary-root.ts'

const bytes = Uint8Array.from({ length: 5_000 }, (_, index) => (index * 7) & 0xff)
const blob = { digest: digestOf(bytes), size: bytes.length }
const fs = nodeFileSystem()

async function started(store: FileContentStore): Promise<FileIngest> {
  const ingest = await store.ingest(blob)
  if (ingest === undefined) throw new Error('it is here')
  return ingest
}

async function finish(ingest: FileIngest): Promise<void> {
  await ingest.begin({ start: ingest.offset, source: 'test' })
  await ingest.write(bytes.slice(ingest.offset))
  await ingest.commit()
}

async function partly(root: string, length: number, processes?: ProcessTable): Promise<string> {
  const ingest = await started(createContentStore({ root, processes }))
  await ingest.begin({ start: 0, source: 'test' })
  await ingest.write(bytes.slice(0, length))
  await ingest.close()
  return dirname(ingest.growth.path)
}

const bootedAs = (boot: string): ProcessTable => ({
  ...nodeProcesses(),
  self: () => ({ ...nodeProcesses().self(), boot }),
})

describe('directories of a store that somebody takes away', () => {
  it('are made again by the next download, and by the blob that comes to its place', async () => {
    const root = join(await temporaryDirectory(), 'store')
    const store = createContentStore({ root })
    await (await started(store)).discard()
    await rm(join(root, 'lading', 'ingest'), { recursive: true })
    const ingest = await started(store)
    await rm(join(root, 'blobs'), { recursive: true })
    await finish(ingest)
    expect(await store.read(blob.digest)).toEqual(bytes)
  })
})

describe('growth', () => {
  it('never says more than can be read, in whatever chunks the bytes come', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 2_000 }), { maxLength: 8 }), async (sizes) => {
        const ingest = await started(createContentStore({ root: join(await temporaryDirectory(), 'store') }))
        const cells = new BigInt64Array(ingest.growth.cells)
        await ingest.begin({ start: 0, source: 'test' })
        for (const length of sizes) {
          if (ingest.offset + length > bytes.length) break
          await ingest.write(bytes.slice(ingest.offset, ingest.offset + length))
          const grown = Number(Atomics.load(cells, 1))
          expect((await readFile(ingest.growth.path)).subarray(0, grown)).toEqual(Buffer.from(bytes.subarray(0, grown)))
        }
        await finish(ingest)
        expect(Number(Atomics.load(cells, 1))).toBe(bytes.length)
        expect(await readFile(ingest.growth.finalPath)).toEqual(Buffer.from(bytes))
      }),
      { numRuns: atScale(15, 300) },
    )
  })

  it('starts a new generation before it truncates', async () => {
    const cellsAt: bigint[][] = []
    let ingest: FileIngest | undefined
    const watched = faultyFileSystem(fs, [], {
      before({ operation, path }: Call) {
        if (operation === 'truncate' && path.endsWith('data') && ingest !== undefined)
          cellsAt.push([...new BigInt64Array(ingest.growth.cells)])
      },
    })
    ingest = await started(createContentStore({ root: join(await temporaryDirectory(), 'store'), fs: watched }))
    await ingest.begin({ start: 0, source: 'test' })
    await ingest.write(bytes.slice(0, 1_000))
    await ingest.begin({ start: 0, source: 'test' })
    expect(cellsAt).toEqual([[1n, 0n, 0n]])
    await finish(ingest)
  })

  it('shows nobody a new generation with the length of the old one', async () => {
    const ingest = await started(createContentStore({ root: join(await temporaryDirectory(), 'store') }))
    await ingest.begin({ start: 0, source: 'test' })
    await ingest.write(bytes.slice(0, 1_000))
    const { add } = Atomics
    const lengths: bigint[] = []
    const spy = vi
      .spyOn(Atomics, 'add')
      .mockImplementation((cells: BigInt64Array | BigUint64Array, at: number, by: bigint) => {
        lengths.push(Atomics.load(cells, 1))
        return add(cells, at, by)
      })
    await ingest.begin({ start: 0, source: 'test' })
    spy.mockRestore()
    expect(lengths).toEqual([0n])
    await finish(ingest)
  })

  it('wakes a reader that waits', async () => {
    const ingest = await started(createContentStore({ root: join(await temporaryDirectory(), 'store') }))
    const cells = new BigInt64Array(ingest.growth.cells)
    const wait = Atomics.waitAsync(cells, 1, 0n)
    await ingest.begin({ start: 0, source: 'test' })
    await ingest.write(bytes.slice(0, 10))
    expect(await wait.value).toBe('ok')
    await ingest.discard()
  })
})

describe('going on with a download', () => {
  it('trusts no byte that a power cut could have lost', async () => {
    const root = join(await temporaryDirectory(), 'store')
    const directory = await partly(root, 1_000, bootedAs('one'))
    await appendFile(join(directory, 'data'), new Uint8Array(500))
    const ingest = await started(createContentStore({ root, processes: bootedAs('two') }))
    expect(ingest.offset).toBe(1_000)
    await finish(ingest)
  })

  it('uses every byte that a killed process of this boot wrote', async () => {
    const root = join(await temporaryDirectory(), 'store')
    const directory = await partly(root, 1_000)
    await appendFile(join(directory, 'data'), bytes.subarray(1_000, 1_700))
    const ingest = await started(createContentStore({ root }))
    expect(ingest.offset).toBe(1_700)
    await finish(ingest)
  })

  it('keeps what was written before the disk was full, although there is no room to note it', async () => {
    const root = await temporaryDirectory()
    const full = { errno: 'ENOSPC', forGood: true, operation: 'write' } as const
    const ingest = await started(
      createContentStore({
        root,
        fs: faultyFileSystem(fs, [
          { ...full, path: /data$/, nth: 2 },
          { ...full, path: /journal/, nth: 2 },
        ]),
      }),
    )
    await ingest.begin({ start: 0, validator: '"v"', source: 'test' })
    await ingest.write(bytes.slice(0, 3_000))
    await expect(ingest.commit()).rejects.toMatchObject({ code: 'SIZE_MISMATCH' })
    await ingest.write(bytes.slice(3_000))
    await expect(ingest.commit()).rejects.toMatchObject({ code: 'NO_SPACE' })
    await ingest.close()
    const next = await started(createContentStore({ root }))
    expect([next.offset, next.validator]).toEqual([3_000, '"v"'])
    await finish(next)
  })

  it('starts over when nothing is known of the bytes, or there are too many', async () => {
    for (const journal of ['', '{', '{"synced":-1}', 'null', '{"synced":1000,"validator":7}']) {
      const root = join(await temporaryDirectory(), 'store')
      await writeFile(join(await partly(root, 1_000), 'journal'), journal)
      const ingest = await started(createContentStore({ root }))
      expect(ingest.offset).toBe(0)
      expect(ingest.validator).toBeUndefined()
      await finish(ingest)
    }
    const root = join(await temporaryDirectory(), 'store')
    await appendFile(join(await partly(root, 1_000), 'data'), new Uint8Array(5_000))
    expect((await started(createContentStore({ root }))).offset).toBe(0)
  })

  it('throws damaged bytes away when the digest says so, and the next one is clean', async () => {
    const root = join(await temporaryDirectory(), 'store')
    await writeFile(join(await partly(root, 1_000), 'data'), new Uint8Array(1_000))
    const store = createContentStore({ root })
    const ingest = await started(store)
    expect(ingest.offset).toBe(1_000)
    await expect(finish(ingest)).rejects.toMatchObject({ code: 'DIGEST_MISMATCH', facts: { expected: blob.digest } })
    const next = await started(store)
    expect(next.offset).toBe(0)
    await finish(next)
  })

  it('never writes through a link or into what is no file', async () => {
    const root = join(await temporaryDirectory(), 'store')
    const victim = join(root, 'victim')
    const directory = await partly(root, 1_000)
    await writeFile(victim, 'mine')
    await fs.unlink(join(directory, 'data'))
    await symlink(victim, join(directory, 'data'))
    await finish(await started(createContentStore({ root })))
    expect(await readFile(victim, 'utf8')).toBe('mine')
  })
})

describe('a blob in the way', () => {
  it.each(['shorter', 'a directory', 'a link'])('that is %s is replaced', async (kind) => {
    const root = join(await temporaryDirectory(), 'store')
    const store = createContentStore({ root })
    const path = store.path(blob.digest)
    await mkdir(dirname(path), { recursive: true })
    if (kind === 'shorter') await writeFile(path, bytes.subarray(1))
    else if (kind === 'a directory') await mkdir(join(path, 'sub'), { recursive: true })
    else await symlink('/dev/null', path)
    expect((await store.stat(blob.digest))?.size).toBe(kind === 'shorter' ? blob.size - 1 : undefined)
    await finish(await started(store))
    expect(await store.read(blob.digest)).toEqual(bytes)
    await store.emptyTrash()
    expect(await readdir(join(root, 'lading', 'trash'))).toEqual([])
  })
})

describe('a download that another process has', () => {
  it('and does not get on with is done here as well', async () => {
    const root = join(await temporaryDirectory(), 'store')
    const directory = await partly(root, 1_000)
    const theirs = await tryClaim({ fs, path: join(directory, 'owner'), processes: nodeProcesses(), observation: {} })
    const store = createContentStore({ root, patienceMs: 0 })
    const ingest = await started(store)
    expect(dirname(ingest.growth.path)).toBe(`${directory}.overtaking`)
    // One at a time is beside it; where that one does not get on either, everybody is on their own.
    const another = join(dirname(root), 'alias')
    await symlink(root, another)
    const third = await started(createContentStore({ root: another, patienceMs: 0 }))
    expect(dirname(third.growth.path)).toMatch(/\.[0-9a-f]{16}$/)
    await third.discard()
    await finish(ingest)
    expect(await store.read(blob.digest)).toEqual(bytes)
    await theirs?.release()
    await store.emptyTrash()
    expect(await readdir(dirname(directory))).toEqual([])
  })
})

describe('a download that was taken over while its process stood still', () => {
  const nonce = 'fedcba9876543210'

  /** An ingest with so many bytes, and somebody else who has its directory by now and is further. */
  async function overtaken(
    length: number,
  ): Promise<{ ingest: FileIngest; store: FileContentStore; expectUntouched: () => Promise<void> }> {
    const store = createContentStore({ root: join(await temporaryDirectory(), 'store') })
    const ingest = await started(store)
    await ingest.begin({ start: 0, source: 'test' })
    await ingest.write(bytes.slice(0, length))
    await expect(ingest.commit({ signal: AbortSignal.abort(new Error('not yet')) })).rejects.toThrow('not yet')
    const directory = dirname(ingest.growth.path)
    const owner = `${JSON.stringify({ ...nodeProcesses().self(), nonce })}\n`
    await writeFile(join(directory, 'owner'), owner)
    await writeFile(ingest.growth.path, bytes.subarray(0, 4_500))
    return {
      ingest,
      store,
      async expectUntouched() {
        expect(await readFile(join(directory, 'owner'), 'utf8')).toBe(owner)
        expect((await readFile(ingest.growth.path)).length).toBe(4_500)
        expect(await store.stat(blob.digest)).toBeUndefined()
      },
    }
  }

  it('is left to the other when an answer would start it over', async () => {
    const { ingest, expectUntouched } = await overtaken(1_000)
    await expect(ingest.begin({ start: 0, source: 'test' })).rejects.toMatchObject({
      code: 'LOCK_LOST',
      hint: expect.any(String) as string,
    })
    await ingest.close()
    await expectUntouched()
  })

  it.each(['close', 'discard'] as const)('is left to the other by %s', async (end) => {
    const { ingest, expectUntouched } = await overtaken(1_000)
    await ingest[end]()
    await expectUntouched()
  })

  it('is left to the other when it is whole here', async () => {
    const { ingest, expectUntouched } = await overtaken(bytes.length)
    await expect(ingest.commit()).rejects.toMatchObject({ code: 'LOCK_LOST' })
    await ingest.close()
    await expectUntouched()
  })
})

describe('a checkpoint whose fsync failed', () => {
  it('spoils the bytes: a close keeps nothing and does not sync again', async () => {
    const root = join(await temporaryDirectory(), 'store')
    const faulty = faultyFileSystem(fs, [{ operation: 'sync', path: /data$/, nth: 1, errno: 'EIO' }])
    const layout = layoutOf(root)
    const directory = await claimAt(
      { fs: faulty, trash: layout.trash, processes: nodeProcesses() },
      layout.ingest(blob.digest),
      {},
    )
    if (directory === undefined) throw new Error('nobody else is here')
    const data = await openData(faulty, directory, blob, { boot: 'one', fresh: false, signal: undefined })
    const ingest = fileIngest({
      fs: faulty,
      layout,
      blob,
      target: layout.blob(blob.digest),
      directory,
      data,
      boot: 'one',
      leave: () => {},
      checkpointBytes: 100,
    })
    await ingest.begin({ start: 0, source: 'test' })
    await ingest.write(bytes.slice(0, 200))
    await expect(ingest.commit()).rejects.toMatchObject({ code: 'IO_ERROR' })
    await ingest.close()
    expect(faulty.calls.filter(({ operation, path }) => operation === 'sync' && path.endsWith('data'))).toHaveLength(1)
    expect((await started(createContentStore({ root }))).offset).toBe(0)
  })
})

describe('writing behind', () => {
  it('asks for a pause when the disk is behind, keeps the order, and syncs at checkpoints', async () => {
    const path = join(await temporaryDirectory(), 'data')
    const handle = await fs.open(path, 'wx')
    const { promise: disk, resolve: spin } = Promise.withResolvers<void>()
    const slow = {
      ...handle,
      write: async (...args: Parameters<typeof handle.write>) => disk.then(() => handle.write(...args)),
    }
    const checkpoints: number[] = []
    let grown = 0
    const out = writeBehind(slow, 0, {
      grown: (written) => (grown = written),
      every: 1_000_000,
      checkpoint: async (written) => void checkpoints.push(written),
    })
    const expected: Buffer[] = []
    let wait: Promise<void> | undefined
    for (let index = 0; wait === undefined; index++) {
      const chunk = Buffer.alloc(100_000, index)
      expected.push(chunk)
      wait = out.push(chunk)
      expect(index).toBeLessThan(50)
    }
    expect(grown).toBe(0)
    spin()
    await wait
    await out.drain()
    expect(await readFile(path)).toEqual(Buffer.concat(expected))
    expect(grown).toBe(out.written)
    expect(checkpoints).toEqual([out.written])
    await handle.close()
  })

  it('ends with the first failure', async () => {
    const path = join(await temporaryDirectory(), 'data')
    const broken = await faultyFileSystem(fs, [{ operation: 'write', nth: 2, errno: 'EIO' }]).open(path, 'wx')
    const out = writeBehind(broken, 0, { grown: () => {}, every: 1_000_000, checkpoint: async () => {} })
    void out.push(new Uint8Array(10))
    void out.push(new Uint8Array(10))
    await expect(out.drain()).rejects.toMatchObject({ code: 'IO_ERROR' })
    expect(out.written).toBe(10)
    expect(() => out.push(new Uint8Array(10))).toThrow(expect.objectContaining({ code: 'IO_ERROR' }) as Error)
    await broken.close()
  })

  it('gives back what is written, once each, and nothing that a failed write may hold', async () => {
    const path = join(await temporaryDirectory(), 'data')
    const broken = await faultyFileSystem(fs, [{ operation: 'write', nth: 2, errno: 'EIO' }]).open(path, 'wx')
    const out = writeBehind(broken, 0, { grown: () => {}, every: 1_000_000, checkpoint: async () => {} })
    const returned: number[] = []
    for (const each of [1, 2, 3]) void out.push(new Uint8Array(10), () => returned.push(each))
    expect(returned).toEqual([])
    await expect(out.drain()).rejects.toMatchObject({ code: 'IO_ERROR' })
    expect(returned).toEqual([1])
    await broken.close()
  })
})
