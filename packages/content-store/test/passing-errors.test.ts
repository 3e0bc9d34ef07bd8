import { execFileSync } from 'node:child_process'
import { chmod, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createContentStore, layoutOf, nodeFileSystem, type ContentStore, type FileSystem } from '@lading/content-store'
import { faultyFileSystem, unsyncedFileSystem, type Operation } from '@lading/content-store/testing'
import { digestOf } from '@lading/digest/hash'
import { isLadingError } from '@lading/errors'
import { describe, expect, it } from 'vitest'
import { temporaryDirectory } from './temporary-root.ts'

const bytes = new TextEncoder().encode('what a registry sends, in several chunks')
const blob = { digest: digestOf(bytes), size: bytes.length }
const { digest } = blob
const here = /[0-9a-f]{64}$/
const errnos = ['EIO', 'ENOMEM', 'ESTALE', 'ETIMEDOUT', 'EINTR', 'EUNHEARDOF']
const calls: readonly Operation[] = ['open', 'read', 'stat']

const readers: Readonly<Record<string, (store: ContentStore) => Promise<unknown>>> = {
  read: async (store) => expect(await store.read(digest)).toEqual(bytes),
  async open(store) {
    const chunks: Uint8Array[] = []
    for await (const chunk of store.open(blob)) chunks.push(chunk)
    expect(Buffer.concat(chunks).equals(bytes)).toBe(true)
  },
  verify: async (store) => expect(await store.verify(digest)).toEqual({ size: bytes.length }),
  async send(store) {
    const chunks: Uint8Array[] = []
    await store.send(blob, { offset: 0, begin: () => {}, write: (chunk) => void chunks.push(chunk.slice()) })
    expect(Buffer.concat(chunks).equals(bytes)).toBe(true)
  },
}

interface Scene {
  readonly root: string
  readonly path: string
  readonly through: (fs: FileSystem) => ContentStore
  /** Throws when anything is not where it was. */
  readonly untouched: () => Promise<void>
}

async function scene(content: Uint8Array = bytes): Promise<Scene> {
  const root = join(await temporaryDirectory(), 'store')
  const store = createContentStore({ root, fs: unsyncedFileSystem() })
  await store.put(digest, bytes)
  const path = store.path(digest)
  if (content !== bytes) {
    await chmod(path, 0o600)
    await writeFile(path, content)
  }
  const all = async (): Promise<unknown> => [
    (await readdir(root, { recursive: true })).toSorted(),
    (await stat(path)).ino,
  ]
  const before = await all()
  return {
    root,
    path,
    through: (fs) => createContentStore({ root, fs }),
    untouched: async () => expect(await all()).toEqual(before),
  }
}

const setAside = async (root: string): Promise<readonly string[]> => readdir(layoutOf(root).quarantine).catch(() => [])

describe.each(Object.entries(readers))('%s', (_, read) => {
  it.each(errnos)('gets over one %s, wherever it comes, and changes nothing', async (errno) => {
    const { through, untouched } = await scene()
    for (const operation of calls) {
      // The first `stat` of a `read` is of the path; it is told as it is.
      const fs = faultyFileSystem(nodeFileSystem(), [{ operation, path: here, nth: 1, errno }])
      const failure = await read(through(fs)).then(
        () => undefined,
        (error: unknown) => error,
      )
      const outcome = isLadingError(failure) ? `${operation} ${failure.code}` : failure
      expect([undefined, 'stat IO_ERROR']).toContain(outcome)
      expect(fs.failures).toBe(1)
      await untouched()
    }
  })

  it.each(errnos)('tells an %s that stays as an error of reading, and changes nothing', async (errno) => {
    const { through, untouched, path } = await scene()
    for (const operation of ['open', 'read'] as const) {
      const fs = faultyFileSystem(nodeFileSystem(), [{ operation, path: here, nth: 1, errno, forGood: true }])
      await expect(read(through(fs))).rejects.toMatchObject({
        code: 'CONTENT_UNREADABLE',
        facts: { digest, path },
        hint: expect.any(String) as string,
      })
      expect(fs.failures).toBe(2)
      await untouched()
    }
  })

  it.each([
    ['EACCES', 'PERMISSION'],
    ['EMFILE', 'TOO_MANY_FILES'],
  ])('tells %s as what it is, and changes nothing', async (errno, code) => {
    const { through, untouched } = await scene()
    const fs = faultyFileSystem(nodeFileSystem(), [{ operation: 'open', path: here, nth: 1, errno, forGood: true }])
    await expect(read(through(fs))).rejects.toMatchObject({ code })
    await untouched()
  })
})

/** A file system whose first readings of a blob give a wrong byte. */
function wrongAtFirst(times: number): FileSystem {
  const fs = nodeFileSystem()
  let opened = 0
  return {
    ...fs,
    async open(path, flags, options) {
      const handle = await fs.open(path, flags, options)
      if (flags !== 'r' || !here.test(path) || ++opened > times) return handle
      return {
        ...handle,
        async read(buffer, position) {
          const count = await handle.read(buffer, position)
          if (count > 0) buffer[0] = (buffer[0] ?? 0) ^ 1
          return count
        },
      }
    },
  }
}

describe('bytes that are wrong', () => {
  it('once are read again, and are no damage', async () => {
    const { through, untouched } = await scene()
    expect(await through(wrongAtFirst(1)).read(digest)).toEqual(bytes)
    expect(await through(wrongAtFirst(1)).verify(digest)).toEqual({ size: bytes.length })
    await untouched()
  })

  it('once, and handed out already, are an error of reading', async () => {
    const { through, untouched } = await scene()
    await expect(readers['open']?.(through(wrongAtFirst(1)))).rejects.toMatchObject({ code: 'CONTENT_UNREADABLE' })
    await untouched()
  })

  it('on two opens are damage', async () => {
    const { through, untouched } = await scene()
    for (const reader of ['read', 'verify', 'open'])
      await expect(readers[reader]?.(through(wrongAtFirst(9)))).rejects.toMatchObject({ code: 'CONTENT_DAMAGED' })
    await untouched()
  })
})

/** What may be in a blob's place, and whether a second name can be kept of it. */
const others: readonly (readonly [string, (path: string) => Promise<unknown>, boolean])[] = [
  ['other bytes', (path) => writeFile(path, 'what a registry sends, in several chunkS'), true],
  ['fewer bytes', (path) => writeFile(path, 'what'), true],
  ['nothing in it', (path) => writeFile(path, ''), true],
  ['a link', (path) => symlink('elsewhere', path), true],
  ['a pipe', async (path) => execFileSync('sh', ['-c', 'mkfifo "$0"', path]), true],
  ['a directory', (path) => mkdir(join(path, 'inside'), { recursive: true }), false],
]

describe.skipIf(process.platform === 'win32').each(others)("a blob's file with %s", (_, make, isSetAside) => {
  it.each<readonly [string, (store: ContentStore) => Promise<void>]>([
    ['a put', (store) => store.put(digest, bytes)],
    ['a staged one', async (store) => (await store.stage(digest, bytes)).publish()],
    [
      'a download',
      async (store) => {
        const ingest = await store.ingest(blob, { replace: true })
        await ingest?.begin({ start: 0, source: 'test' })
        await ingest?.write(bytes.slice())
        await ingest?.commit()
      },
    ],
  ])('gives way to %s, and is kept aside until it is asked away', async (_name, heal) => {
    const { root, path, through } = await scene()
    const store = through(unsyncedFileSystem())
    await rm(path)
    await make(path)
    await heal(store)
    expect(await store.read(digest)).toEqual(bytes)
    expect(await setAside(root)).toHaveLength(isSetAside ? 1 : 0)
    await store.emptyTrash()
    expect(await setAside(root)).toHaveLength(isSetAside ? 1 : 0)
    await store.emptyTrash({ quarantine: true })
    expect(await setAside(root)).toEqual([])
    expect(await readFile(path)).toEqual(Buffer.from(bytes))
  })
})

describe('a repair that ends at any step', () => {
  const download = async (store: ContentStore): Promise<void> => {
    const ingest = await store.ingest(blob, { replace: true })
    try {
      await ingest?.begin({ start: 0, source: 'test' })
      await ingest?.write(bytes.slice())
      await ingest?.commit()
    } finally {
      await ingest?.close()
    }
  }
  it.each<readonly [string, (store: ContentStore) => Promise<void>]>([
    ['a put', (store) => store.put(digest, bytes)],
    ['a download', download],
  ])('leaves a file in the place, the bad one or the good one: %s', async (_, heal) => {
    for (let nth = 1; ; nth++) {
      const { root, path, through } = await scene(new Uint8Array(bytes.length))
      const fs = faultyFileSystem(unsyncedFileSystem(), [{ nth, errno: 'EIO', forGood: true }])
      await heal(through(fs)).catch(() => {})
      if (fs.failures === 0) break
      const text = await readFile(path)
      expect([Buffer.alloc(bytes.length), Buffer.from(bytes)].some((each) => each.equals(text))).toBe(true)
      for (const name of await readdir(join(layoutOf(root).ingests, 'sha256')).catch(() => []))
        await rm(join(layoutOf(root).ingests, 'sha256', name, 'owner'), { force: true })
      if (!text.equals(Buffer.from(bytes))) await heal(through(unsyncedFileSystem()))
      expect(await through(nodeFileSystem()).read(digest)).toEqual(bytes)
    }
  })
})

describe('where there are no hard links', () => {
  it('what is damaged is replaced all the same', async () => {
    const { root, through } = await scene(new Uint8Array(bytes.length))
    const fs = faultyFileSystem(unsyncedFileSystem(), [{ operation: 'link', nth: 1, errno: 'EPERM', forGood: true }])
    await through(fs).put(digest, bytes)
    expect(await through(fs).read(digest)).toEqual(bytes)
    expect(await setAside(root)).toEqual([])
  })
})

describe('two writers of one blob', () => {
  const damages: readonly (readonly [string, (path: string) => Promise<unknown>])[] = [
    ['damaged', (path) => writeFile(path, new Uint8Array(bytes.length))],
    ['cut off', (path) => writeFile(path, 'what')],
    ['a directory', (path) => mkdir(path)],
    ['absent', () => Promise.resolve()],
  ]
  it.each(damages)('never leave less than one of them has put there: %s before', async (_, damage) => {
    for (let nth = 1; ; nth++) {
      const { path, through } = await scene()
      await rm(path)
      await damage(path)
      const other = through(unsyncedFileSystem())
      let count = 0
      // The first stands still before its nth step while the second does all of it, and is killed there.
      const fs = faultyFileSystem(unsyncedFileSystem(), [{ nth: nth + 1, errno: 'EIO', forGood: true }], {
        async before() {
          if (++count === nth) await other.put(digest, bytes)
        },
      })
      await through(fs)
        .put(digest, bytes)
        .catch(() => {})
      if (count < nth) break
      expect(await other.read(digest)).toEqual(bytes)
    }
  })
})
