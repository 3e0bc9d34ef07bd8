import { mkdir, readFile, readdir, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createContentStore, nodeFileSystem, type FileContentStore, type Ingest } from '@lading/content-store'
import { faultyFileSystem, unsyncedFileSystem, type FaultyFileSystem } from '@lading/content-store/testing'
import { digestOf } from '@lading/digest/hash'
import { afterEach, expect, it, vi } from 'vitest'
import { layoutOf } from '../src/layout.ts'
import { temporaryDirectory } from './temporary-root.ts'

const bytes = Uint8Array.from({ length: 5_000 }, (_, index) => (index * 11) & 0xff)
const blob = { digest: digestOf(bytes), size: bytes.length }

interface Scene {
  readonly store: FileContentStore
  readonly fs: FaultyFileSystem
  /** Of the downloads: what is in their directory. */
  readonly downloads: () => Promise<readonly string[]>
  readonly path: string
}

async function scene(): Promise<Scene> {
  const root = join(await temporaryDirectory(), 'store')
  const fs = faultyFileSystem(unsyncedFileSystem(nodeFileSystem()))
  const path = layoutOf(root).ingest(blob.digest)
  return {
    fs,
    store: createContentStore({ root, fs }),
    downloads: async () => readdir(join(root, 'lading', 'ingest', 'sha256'), { recursive: true }),
    path,
  }
}

async function started(store: FileContentStore, address = blob): Promise<Ingest> {
  const ingest = await store.ingest(address, { inMemory: true, yields: true })
  if (ingest === undefined) throw new Error('it is here')
  await ingest.begin({ start: ingest.offset, validator: '"v"', source: 'test' })
  return ingest
}

afterEach(() => {
  vi.useRealTimers()
})

it('writes a small blob once, when all of it is right, and leaves no directory', async () => {
  const { store, fs, downloads } = await scene()
  await store.put(digestOf(bytes.subarray(1)), bytes.subarray(1))
  const before = fs.calls.length
  const ingest = await started(store)
  const given: number[] = []
  for (let at = 0; at < bytes.length; at += 1_000)
    await ingest.write(bytes.slice(at, at + 1_000), () => void given.push(at))
  // Its memory is the sender's again at once.
  expect(given).toEqual([0, 1_000, 2_000, 3_000, 4_000])
  expect(await downloads()).toEqual([blob.digest.slice(7), join(blob.digest.slice(7), 'owner')])
  await ingest.commit()
  const calls = fs.calls.slice(before)
  expect(calls.filter(({ operation }) => operation === 'sync')).toHaveLength(1)
  expect(calls.filter(({ path }) => /[/\\](data|journal|trash)/.test(path))).toEqual(
    // Whether an earlier download left something.
    [{ operation: 'stat', path: expect.stringMatching(/data$/) as unknown }],
  )
  expect(await downloads()).toEqual([])
  expect((await stat(store.path(blob.digest))).mode & 0o777).toBe(0o444)
  expect(await readFile(store.path(blob.digest))).toEqual(Buffer.from(bytes))
})

it('brings to the disk what takes longer than a second, and what comes meanwhile', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const { store, path } = await scene()
  const ingest = await started(store)
  await ingest.write(bytes.slice(0, 1_000))
  expect(ingest.growth).toBe(undefined)
  vi.advanceTimersByTime(1_000)
  vi.useRealTimers()
  // Not waited for: they come while the file is made.
  void ingest.write(bytes.slice(1_000, 1_500))
  await ingest.write(bytes.slice(1_500, 2_000))
  await vi.waitFor(async () => expect((await readFile(join(path, 'data'))).length).toBe(2_000))
  expect(ingest.growth).toBeDefined()
  expect([ingest.offset, ingest.validator, ingest.source]).toEqual([2_000, '"v"', 'test'])
  await ingest.write(bytes.slice(2_000))
  await ingest.commit()
  expect(await store.read(blob.digest)).toEqual(bytes)
})

it('goes on in files with what an earlier download left, and with what is larger than 1 MiB', async () => {
  const { store, downloads, path } = await scene()
  const first = await started(store)
  await first.write(bytes.slice(0, 2_000))
  await first.close()
  expect((await stat(join(path, 'data'))).size).toBe(2_000)
  const second = await started(store)
  expect([second.offset, second.validator]).toEqual([2_000, '"v"'])
  await second.write(bytes.slice(2_000))
  await second.commit()
  expect(await downloads()).toEqual([])

  const large = new Uint8Array(1024 * 1024 + 1)
  const ingest = await started(store, { digest: digestOf(large), size: large.length })
  expect(ingest.growth).toBeDefined()
  await ingest.discard()
})

it('removes the directory with what a killed owner left in it', async () => {
  const { store, downloads, path } = await scene()
  const ingest = await started(store)
  const left = join(path, 'owner.0123456789abcdef.tmp')
  await writeFile(left, '')
  await utimes(left, 0, 0)
  await ingest.write(bytes.slice())
  await ingest.commit()
  expect(await downloads()).toEqual([])
})

it('leaves the directory to a new owner who was faster', async () => {
  const { store, downloads, path, fs } = await scene()
  const ingest = await started(store)
  await ingest.write(bytes.slice())
  const remove = fs.removeDirectory
  Object.assign(fs, {
    removeDirectory: async (at: string): Promise<boolean> => {
      await mkdir(join(path, 'of another'), { recursive: true })
      return remove(at)
    },
  })
  await ingest.discard()
  // Nobody has it, so that what is in it goes the way of everything that is left.
  expect(await downloads()).toEqual([])
})

it('ends, and says why, when it cannot go on on the disk', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const root = join(await temporaryDirectory(), 'store')
  const fs = faultyFileSystem(unsyncedFileSystem(), [{ operation: 'open', path: /data$/, nth: 1, errno: 'ENOSPC' }])
  const store = createContentStore({ root, fs })
  const ingest = await started(store)
  await ingest.write(bytes.slice(0, 1_000))
  vi.advanceTimersByTime(1_000)
  vi.useRealTimers()
  await vi.waitFor(() => expect(ingest.superseded?.aborted).toBe(true))
  expect(() => ingest.write(bytes.slice(1_000))).toThrow(expect.objectContaining({ code: 'NO_SPACE' }) as Error)
  await expect(ingest.commit()).rejects.toMatchObject({ code: 'NO_SPACE' })
  await ingest.close()
  // The next one may begin at once.
  const next = await started(store)
  await next.write(bytes.slice())
  await next.commit()
})
