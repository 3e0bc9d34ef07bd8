import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import {
  createContentStore,
  createLeases,
  createLock,
  createRecordDirectory,
  layoutOf,
  nodeFileSystem,
  writeFileDurably,
  type ContentStore,
  type FileSystem,
  type Records,
} from '@lading/content-store'
import { digestOf } from '@lading/digest/hash'
import { faultyFileSystem, unsyncedFileSystem } from '@lading/content-store/testing'
import { isLadingError } from '@lading/errors'
import { describe, expect, it } from 'vitest'
import { atScale } from '../../../test/support/scale.ts'
import { temporaryDirectory } from './temporary-root.ts'

const encoder = new TextEncoder()
const earlier = encoder.encode('here before')
const bytes = encoder.encode('what a registry sends, in several chunks')
const digest = digestOf(bytes)
const size = bytes.length

interface Scenario {
  readonly run: (fs: FileSystem, root: string) => Promise<void>
  /** After `run` resolved, faults or not. */
  readonly done: (store: ContentStore, root: string) => Promise<unknown>
}

const isHere = async (store: ContentStore): Promise<unknown> => expect(await store.read(digest)).toEqual(bytes)

function recordsOf(fs: FileSystem, root: string): Records<true> & { readonly directory: string } {
  const { layers: directory } = layoutOf(root)
  const parse = (found: Uint8Array): true | undefined => Buffer.compare(found, bytes) === 0 || undefined
  return { directory, ...createRecordDirectory({ fs, directory, maxBytes: 100, parse }) }
}

const scenarios: Readonly<Record<string, Scenario>> = {
  'an ingest, closed, resumed and committed': {
    async run(fs, root) {
      const store = createContentStore({ root, fs })
      for (const [from, to] of [
        [0, 11],
        [11, size],
      ] as const) {
        const ingest = await store.ingest({ digest, size })
        if (ingest === undefined) return
        try {
          const start = ingest.offset === from ? from : 0
          await ingest.begin({ start, validator: '"v"', source: 'test' })
          await ingest.write(bytes.slice(start, to - 3))
          await ingest.write(bytes.slice(to - 3, to))
          if (to === size) await ingest.commit()
        } finally {
          await ingest.close()
        }
      }
    },
    done: isHere,
  },
  'an ingest that is in memory until it is whole': {
    async run(fs, root) {
      const ingest = await createContentStore({ root, fs }).ingest({ digest, size }, { inMemory: true })
      if (ingest === undefined) return
      try {
        await ingest.begin({ start: 0, source: 'test' })
        await ingest.write(bytes.slice(0, 11))
        await ingest.write(bytes.slice(11))
        await ingest.commit()
      } finally {
        await ingest.close()
      }
    },
    done: isHere,
  },
  'one that is closed before that, and gone on with': {
    async run(fs, root) {
      const store = createContentStore({ root, fs })
      for (const end of [11, size]) {
        const ingest = await store.ingest({ digest, size }, { inMemory: true })
        if (ingest === undefined) return
        try {
          const start = ingest.offset
          await ingest.begin({ start, validator: '"v"', source: 'test' })
          await ingest.write(bytes.slice(start, end))
          if (end === size) await ingest.commit()
        } finally {
          await ingest.close()
        }
      }
    },
    done: isHere,
  },
  'content without a digest': {
    async run(fs, root) {
      const ingest = await createContentStore({ root, fs }).ingestUnnamed()
      try {
        await ingest.begin({ start: 0, source: 'test' })
        await ingest.write(bytes.slice(0, 11))
        await ingest.write(bytes.slice(11))
        await ingest.commit()
      } finally {
        await ingest.discard()
      }
    },
    done: isHere,
  },
  'a put': {
    run: (fs, root) => createContentStore({ root, fs }).put(digest, bytes),
    done: isHere,
  },
  'a staged blob, published': {
    async run(fs, root) {
      const staged = await createContentStore({ root, fs }).stage(digest, bytes)
      await staged.publish()
    },
    done: isHere,
  },
  'a lock, held': {
    async run(fs, root) {
      await createLock({ fs, path: join(root, 'lading', 'lock') }).hold(() =>
        fs.mkdir(join(root, 'ran'), { recursive: true }),
      )
    },
    done: async (_, root) => expect(await readdir(root)).toContain('ran'),
  },
  'a lease, held and released': {
    async run(fs, root) {
      const leases = createLeases({ fs, directory: join(root, 'lading', 'leases') })
      const lease = await leases.acquire()
      try {
        await lease.hold([digest])
        expect(await leases.held()).toEqual(new Set([digest]))
      } finally {
        await lease.release()
      }
    },
    done: async (_, root) =>
      expect(await createLeases({ fs: nodeFileSystem(), directory: join(root, 'lading', 'leases') }).held()).toEqual(
        new Set(),
      ),
  },
  'a record, removed and written over what is in its place': {
    async run(fs, root) {
      const records = recordsOf(fs, root)
      await records.remove(digest)
      await fs.mkdir(join(records.directory, 'sha256', digest.slice(7), 'inside'), { recursive: true })
      await records.put(digest, bytes)
    },
    async done(_, root) {
      const records = recordsOf(nodeFileSystem(), root)
      expect(await records.get(digest)).toBe(true)
      let count = 0
      for await (const record of records.list()) count += Number(record)
      expect(count).toBe(1)
    },
  },
  'a file, written durably': {
    run: (fs, root) => writeFileDurably(fs, join(root, 'index.json'), bytes),
    done: async (_, root) =>
      expect(await nodeFileSystem().readFile(join(root, 'index.json'), { maxBytes: 100 })).toEqual(bytes),
  },
}

/** Fails the nth call, once or from then on. True when there was an nth call. */
async function failAt(scenario: Scenario, nth: number, errno: string, forGood: boolean): Promise<boolean> {
  const root = join(await temporaryDirectory(), 'store')
  const store = createContentStore({ root, fs: unsyncedFileSystem() })
  await store.put(digestOf(earlier), earlier)
  const fs = faultyFileSystem(unsyncedFileSystem(), [{ nth, errno, forGood }])
  const context = `${errno} at call ${nth}${forGood ? ' and later' : ''}`

  const failure = await scenario.run(fs, root).then(
    () => undefined,
    (error: unknown) => error,
  )
  const at = fs.calls[nth - 1]
  if (failure !== undefined) {
    assert.ok(isLadingError(failure), new Error(`${context}: not typed`, { cause: failure }))
    assert.ok(failure.facts.path, `${context}: names the path`)
  }
  for await (const blob of store.list()) assert.equal(digestOf(await store.read(blob.digest)), blob.digest, context)
  assert.deepEqual(await store.read(digestOf(earlier)), earlier, context)
  const cleanUp =
    at !== undefined &&
    (at.operation === 'unlink' ||
      at.operation === 'removeTree' ||
      (at.operation === 'rename' && at.path.includes('trash')))
  if (!forGood && !cleanUp) assert.deepEqual(await leftovers(root), [], `${context}: ${at?.operation} ${at?.path}`)
  if (failure === undefined) await scenario.done(store, root)

  await scenario.run(unsyncedFileSystem(), root)
  await scenario.done(store, root)
  return fs.failures > 0
}

/** Files that belong to a write which has ended, one way or the other. */
async function leftovers(root: string): Promise<string[]> {
  const all = await readdir(root, { recursive: true })
  return all.filter((name) => /\.tmp$|\/(owner|lock)$|[0-9a-f]{64}\.[0-9a-f]{16}/.test(name))
}

describe.each(Object.entries(scenarios))('%s', (_, scenario) => {
  const errnos = ['ENOSPC', 'EIO', 'EACCES', 'EMFILE']
  it.each([false, true])('survives a failure of every single file operation (for good: %s)', async (forGood) => {
    let nth = 0
    for (let failed = true; failed;) {
      nth += atScale(forGood ? 3 : 2, 1)
      for (let index = 0; index < atScale(1, errnos.length); index++) {
        failed = await failAt(scenario, nth, errnos[(nth + index) % errnos.length] as string, forGood)
      }
    }
    expect(nth).toBeGreaterThan(4)
  })
})

describe('a failed fsync', () => {
  it('fails the blob, throws its bytes away and is not tried again', async () => {
    const root = join(await temporaryDirectory(), 'store')
    const fs = faultyFileSystem(nodeFileSystem(), [{ operation: 'sync', path: /data$/, nth: 1, errno: 'EIO' }])
    const store = createContentStore({ root, fs })
    const ingest = await store.ingest({ digest, size })
    await ingest?.begin({ start: 0, source: 'test' })
    await ingest?.write(bytes.slice())
    await expect(ingest?.commit()).rejects.toMatchObject({ code: 'IO_ERROR' })
    await ingest?.close()
    expect(fs.calls.filter((call) => call.operation === 'sync' && call.path.endsWith('data'))).toHaveLength(1)
    expect(await store.stat(digest)).toBeUndefined()
    expect((await store.ingest({ digest, size }))?.offset).toBe(0)
  })
})

describe('a full disk', () => {
  it('is reported with path and advice, keeps what was written, and goes on from there', async () => {
    const root = join(await temporaryDirectory(), 'store')
    const full = faultyFileSystem(nodeFileSystem(), [{ operation: 'write', path: /data$/, nth: 2, errno: 'ENOSPC' }])
    const first = await createContentStore({ root, fs: full }).ingest({ digest, size })
    await first?.begin({ start: 0, source: 'test' })
    await first?.write(bytes.slice(0, 10))
    // The second write fails behind our back, and the commit says so.
    await first?.write(bytes.slice(10))
    await expect(first?.commit()).rejects.toMatchObject({
      code: 'NO_SPACE',
      hint: expect.stringContaining('free some space') as string,
      facts: { path: first?.growth.path },
    })
    expect(() => first?.write(new Uint8Array(0))).not.toThrow()
    await first?.close()
    const store = createContentStore({ root })
    const second = await store.ingest({ digest, size })
    expect(second?.offset).toBe(10)
    await second?.begin({ start: 10, source: 'test' })
    await second?.write(bytes.slice(10))
    await second?.commit()
    expect(await store.read(digest)).toEqual(bytes)
  })
})
