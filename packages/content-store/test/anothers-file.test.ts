import { mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createContentStore, type FileContentStore, type FileIngest, type ProcessTable } from '@lading/content-store'
import { unsyncedFileSystem } from '@lading/content-store/testing'
import { digestOf } from '@lading/digest/hash'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ingestLayoutOf, layoutOf } from '../src/layout.ts'
import { enlarged, needs } from '../../../test/support/needs.ts'
import { atScale } from '../../../test/support/scale.ts'
import { temporaryDirectory } from './temporary-root.ts'

const bytes = new Uint8Array(400_000).map((_, at) => (at * 7) ^ (at >> 8))
const blob = { digest: digestOf(bytes), size: bytes.length }
const all = { start: 0, end: bytes.length }

interface Scene {
  readonly root: string
  /** The store as the process `pid` has it, of this machine unless another `boot` is said. */
  as(pid: number, boot?: string): Promise<FileContentStore>
  die(pid: number): void
}

async function scene(): Promise<Scene> {
  const directory = await temporaryDirectory()
  const root = join(directory, 'store')
  await mkdir(root)
  const dead = new Set<number>()
  let aliases = 0
  return {
    root,
    die: (pid) => void dead.add(pid),
    async as(pid, boot = 'this') {
      const processes: ProcessTable = {
        self: () => ({ pid, started: '1', boot, pidNamespace: 'one', host: 'here' }),
        find: (each) => (dead.has(each) ? undefined : { started: '1' }),
      }
      // By another path what one process has in memory is unknown to the other.
      const alias = join(directory, `alias-${aliases++}`)
      await symlink(root, alias)
      return createContentStore({ root: alias, fs: unsyncedFileSystem(), processes, patienceMs: 50 })
    },
  }
}

async function begun(store: FileContentStore, how: { readonly fresh?: boolean } = {}): Promise<FileIngest> {
  const ingest = await store.ingest(blob, how)
  if (ingest === undefined) throw new Error('it is here')
  await ingest.begin({ start: ingest.offset, source: 'test' })
  return ingest
}

/** @param end in bytes */
async function write(ingest: FileIngest, end: number, of = bytes): Promise<void> {
  await ingest.write(of.slice(ingest.offset, end))
  // Written, and not only taken.
  while (Number(Atomics.load(new BigInt64Array(ingest.growth.cells), 1)) < end)
    await new Promise((resolve) => void setImmediate(resolve))
}

function reading(store: FileContentStore, range = all, signal?: AbortSignal) {
  const iterator = store.arriving.read(blob.digest, range, { signal })[Symbol.asyncIterator]()
  const pieces: Uint8Array[] = []
  const soFar = (): Uint8Array => new Uint8Array(Buffer.concat(pieces))
  return {
    soFar,
    async upTo(count: number): Promise<Uint8Array> {
      while (soFar().length < count) {
        const { done, value } = await iterator.next()
        if (done === true) break
        pieces.push(value)
      }
      return soFar()
    },
    leave: async () => iterator.return?.(),
  }
}

const same = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0

describe('a blob that another process brings', () => {
  it('is read while it comes, from anywhere, and after its commit to the end', async () => {
    const { as } = await scene()
    const ingest = await begun(await as(1))
    const store = await as(2)
    const [whole, middle] = [reading(store), reading(store, { start: 123_456, end: 300_000 })]
    await write(ingest, 150_000)
    expect(same(await whole.upTo(150_000), bytes.subarray(0, 150_000))).toBe(true)
    expect(same(await middle.upTo(10), bytes.subarray(123_456, 150_000))).toBe(true)
    await write(ingest, 350_000)
    expect(same(await middle.upTo(Infinity), bytes.subarray(123_456, 300_000))).toBe(true)
    const late = reading(store, { start: 340_000, end: bytes.length + 1 })
    await late.upTo(1)
    await write(ingest, bytes.length)
    await ingest.commit()
    expect(same(await whole.upTo(Infinity), bytes)).toBe(true)
    await expect(late.upTo(Infinity)).rejects.toMatchObject({ code: 'SIZE_MISMATCH' })
    expect(same(late.soFar(), bytes.subarray(340_000))).toBe(true)
  })

  it('counts no more when it comes again from its start, though its file has grown beyond what was read', async () => {
    const { as } = await scene()
    const ingest = await begun(await as(1))
    await write(ingest, 50_000, new Uint8Array(bytes.length))
    const store = await as(2)
    const reader = reading(store)
    await reader.upTo(50_000)
    const waiting = reading(store, { start: 60_000, end: 70_000 })
    const waits = waiting.upTo(Infinity)
    await ingest.begin({ start: 0, source: 'test' })
    await write(ingest, 200_000)
    await expect(reader.upTo(Infinity)).rejects.toMatchObject({ code: 'INGEST_CLOSED' })
    // One that was given nothing is not disturbed.
    expect(same(await waits, bytes.subarray(60_000, 70_000))).toBe(true)
    await ingest.discard()
  })

  it('counts no more when its owner throws it away, or it is wrong', async () => {
    const { as } = await scene()
    for (const end of [
      (ingest: FileIngest) => ingest.discard(),
      async (ingest: FileIngest) => {
        await write(ingest, bytes.length, new Uint8Array(bytes.length))
        await expect(ingest.commit()).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' })
      },
    ]) {
      const ingest = await begun(await as(1))
      await write(ingest, 10_000)
      const reader = reading(await as(2))
      await reader.upTo(10_000)
      await end(ingest)
      await expect(reader.upTo(Infinity)).rejects.toMatchObject({ code: 'INGEST_CLOSED' })
    }
  })

  it.each(['closes it', 'dies'])('is read on when its owner %s and the next one goes on', async (how) => {
    const { as, die } = await scene()
    const ingest = await begun(await as(1))
    await write(ingest, 100_000)
    const store = await as(2)
    const reader = reading(store)
    await reader.upTo(100_000)
    if (how === 'dies') die(1)
    else await ingest.close()
    const heir = await begun(how === 'dies' ? await as(3) : store)
    expect(heir.offset).toBe(100_000)
    await write(heir, bytes.length)
    await heir.commit()
    expect(same(await reader.upTo(Infinity), bytes)).toBe(true)
  })

  it('is not read on when the next one does not go on where it ended', async () => {
    const { as, die } = await scene()
    await write(await begun(await as(1)), 100_000)
    const reader = reading(await as(2))
    await reader.upTo(100_000)
    die(1)
    const heir = await begun(await as(3), { fresh: true })
    expect(heir.offset).toBe(0)
    await write(heir, 150_000)
    await expect(reader.upTo(Infinity)).rejects.toMatchObject({ code: 'INGEST_CLOSED' })
    await heir.discard()
  })

  it('is not read on when nobody goes on with it', needs(enlarged), async () => {
    const { as, die } = await scene()
    await write(await begun(await as(1)), 100_000)
    const reader = reading(await as(2))
    await reader.upTo(100_000)
    die(1)
    await expect(reader.upTo(Infinity)).rejects.toMatchObject({ code: 'INGEST_CLOSED' })
  })

  it('is not read on in another file, which this process begins beside one that stands still', async () => {
    const { as } = await scene()
    await write(await begun(await as(1)), 10_000)
    const store = await as(2)
    const reader = reading(store)
    await reader.upTo(10_000)
    const own = await begun(store)
    await expect(reader.upTo(Infinity)).rejects.toMatchObject({ code: 'INGEST_CLOSED' })
    await own.discard()
  })

  it('is unknown when nobody brings it, its owner is dead or of another machine, or is this process itself', async () => {
    const { root, as, die } = await scene()
    const store = await as(2)
    const read = (each = store): Promise<unknown> => reading(each).upTo(1)
    await expect(read()).rejects.toMatchObject({ code: 'CONTENT_UNKNOWN' })
    const ingest = await begun(await as(1))
    await write(ingest, 10)
    await expect(read(await as(2, 'another'))).rejects.toMatchObject({ code: 'CONTENT_UNKNOWN' })
    await expect(read(await as(1))).rejects.toMatchObject({ code: 'CONTENT_UNKNOWN' })
    die(1)
    await expect(read()).rejects.toMatchObject({ code: 'CONTENT_UNKNOWN' })
    const { owner } = ingestLayoutOf(layoutOf(root).ingest(blob.digest))
    await writeFile(owner, 'no owner')
    await expect(read()).rejects.toMatchObject({ code: 'CONTENT_UNKNOWN' })
  })

  it('lets a reader leave, and keeps no file open', async () => {
    const { as } = await scene()
    const ingest = await begun(await as(1))
    const leaving = new AbortController()
    const left = reading(await as(2), all, leaving.signal).upTo(1)
    leaving.abort(new Error('enough'))
    await expect(left).rejects.toThrow('enough')
    const reader = reading(await as(2))
    await write(ingest, 10)
    await reader.upTo(1)
    await reader.leave()
    await ingest.discard()
  })

  it('is told by a journal that each who goes on with the same bytes leaves as it is', async () => {
    const { root, as } = await scene()
    const { journal } = ingestLayoutOf(layoutOf(root).ingest(blob.digest))
    const generation = async (): Promise<unknown> =>
      (JSON.parse(await readFile(journal, 'utf8')) as { generation?: unknown }).generation
    const first = await begun(await as(1))
    const before = await generation()
    expect(before).toMatch(/^[0-9a-f]{16}$/)
    await write(first, 1_000)
    await first.close()
    const second = await begun(await as(1))
    expect(await generation()).toBe(before)
    await second.begin({ start: 0, source: 'test' })
    expect(await generation()).not.toBe(before)
    await second.discard()
    expect(await stat(journal).catch(() => undefined)).toBeUndefined()
  })

  it('never gives bytes of two generations to one reader', async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('write' as const), count: fc.integer({ min: 1, max: 3_000 }) }),
      fc.record({ do: fc.constantFrom('restart' as const, 'discard' as const, 'close' as const) }),
      fc.record({ do: fc.constant('read' as const), count: fc.integer({ min: 1, max: 3_000 }) }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const { as } = await scene()
        const [writer, store] = [await as(1), await as(2)]
        let generation = 0
        let ingest = await begun(writer)
        let reader: ReturnType<typeof reading> | undefined
        let given = 0
        let mixed = 0
        for (const each of steps) {
          const content = new Uint8Array(bytes.length).fill(generation % 256)
          if (each.do === 'write') await write(ingest, Math.min(bytes.length - 1, ingest.offset + each.count), content)
          else if (each.do === 'read') {
            if (ingest.offset <= given) continue
            reader ??= reading(store)
            const got = await reader.upTo(Math.min(ingest.offset, given + each.count)).catch(() => undefined)
            if (got === undefined) reader = undefined
            if (new Set(got).size > 1) mixed += 1
            given = got?.length ?? 0
          } else if (each.do === 'close') {
            await ingest.close()
            ingest = await begun(writer)
          } else {
            generation += 1
            if (each.do === 'restart') await ingest.begin({ start: 0, source: 'test' })
            else {
              await ingest.discard()
              ingest = await begun(writer)
            }
          }
        }
        await reader?.leave()
        await ingest.discard()
        expect(mixed).toBe(0)
      }),
      { numRuns: atScale(5, 40) },
    )
  })
})
