import { mkdir, readFile, readdir, stat, symlink, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createContentStore, nodeFileSystem, prepareRoot } from '@lading/content-store'
import { faultyFileSystem } from '@lading/content-store/testing'
import { digestOf } from '@lading/digest/hash'
import { describe, expect, it } from 'vitest'
import { temporaryDirectory } from './temporary-root.ts'

const fs = nodeFileSystem()

describe('preparing a root', () => {
  it('makes a private OCI layout, also when many do it at once', async () => {
    const root = join(await temporaryDirectory(), 'deep', 'store')
    await Promise.all([1, 2, 3, 4].map(() => prepareRoot(fs, root)))
    expect((await readdir(root)).toSorted()).toEqual(['blobs', 'lading', 'oci-layout'])
    expect(await readFile(join(root, 'oci-layout'), 'utf8')).toBe('{"imageLayoutVersion":"1.0.0"}\n')
    expect(await readFile(join(root, 'lading', 'version'), 'utf8')).toBe('1\n')
    expect((await stat(root)).mode & 0o777).toBe(0o700)
  })

  it.skipIf(process.platform !== 'linux')('refuses one below a directory that takes none', async () => {
    for (const root of ['/proc/1/x', '/proc/1/x/y'])
      await expect(prepareRoot(fs, root)).rejects.toMatchObject({
        code: 'ROOT_INVALID',
        message: 'cannot create a directory at /proc/1/x',
        hint: expect.any(String) as string,
      })
  })

  it('refuses an empty one, which would be the current directory', async () => {
    await expect(prepareRoot(fs, '')).rejects.toMatchObject({ code: 'ROOT_INVALID' })
    expect(() => createContentStore({ root: '' })).toThrow(expect.objectContaining({ code: 'ROOT_INVALID' }) as Error)
  })

  it('goes through links, and takes what is there', async () => {
    const directory = await temporaryDirectory()
    await mkdir(join(directory, 'real'))
    await symlink('real', join(directory, 'link'))
    await fs.mkdir(join(directory, 'link', 'a', 'b'), { recursive: true })
    await fs.mkdir(join(directory, 'link', 'a', 'b'), { recursive: true })
    expect(await readdir(join(directory, 'real', 'a'))).toEqual(['b'])
    await writeFile(join(directory, 'file'), '')
    await expect(fs.mkdir(join(directory, 'file'), { recursive: true })).rejects.toMatchObject({ code: 'EXISTS' })
    await expect(fs.mkdir(join(directory, 'file', 'x'), { recursive: true })).rejects.toMatchObject({
      code: 'NOT_A_DIRECTORY',
    })
  })

  it('leaves the permissions of a directory alone that has something in it', async () => {
    const root = await temporaryDirectory()
    await mkdir(join(root, 'sub'), { mode: 0o755 })
    await fs.chmod(root, 0o755)
    await prepareRoot(fs, root)
    expect((await stat(root)).mode & 0o777).toBe(0o755)
    expect((await stat(join(root, 'blobs'))).mode & 0o777).toBe(0o700)
  })

  it('refuses a file, and a path below one', async () => {
    const file = join(await temporaryDirectory(), 'file')
    await writeFile(file, 'mine')
    for (const root of [file, join(file, 'store')]) {
      await expect(prepareRoot(fs, root)).rejects.toMatchObject({
        code: 'NOT_A_DIRECTORY',
        facts: { path: root },
        hint: expect.stringContaining('--root') as string,
      })
    }
    expect(await readFile(file, 'utf8')).toBe('mine')
  })

  it.each([
    ['lading/version', '2\n', 'FORMAT_UNSUPPORTED'],
    ['lading/version', 'two', 'ROOT_INVALID'],
    ['lading/version', '0', 'ROOT_INVALID'],
    ['oci-layout', '{"imageLayoutVersion":"2.0.0"}', 'ROOT_INVALID'],
    ['oci-layout', 'null', 'ROOT_INVALID'],
    ['oci-layout', '{', 'ROOT_INVALID'],
  ])('refuses %s with %j and changes nothing', async (name, content, code) => {
    const root = join(await temporaryDirectory(), 'store')
    await prepareRoot(fs, root)
    await writeFile(join(root, name), content)
    const spy = faultyFileSystem(fs)
    await expect(prepareRoot(spy, root)).rejects.toMatchObject({ code })
    await expect(prepareRoot(spy, root, { readOnly: true })).rejects.toMatchObject({ code })
    expect(await readFile(join(root, name), 'utf8')).toBe(content)
    expect(new Set(spy.calls.map((call) => call.operation))).toEqual(new Set(['readDirectory', 'readFile']))
  })

  it.each(['lading/version', 'oci-layout'])('writes %s anew after a power cut emptied it', async (name) => {
    const root = join(await temporaryDirectory(), 'store')
    await prepareRoot(fs, root)
    const content = await readFile(join(root, name))
    for (const emptied of [new Uint8Array(0), new Uint8Array(content.length)]) {
      await writeFile(join(root, name), emptied)
      await prepareRoot(fs, root)
      expect(await readFile(join(root, name))).toEqual(content)
    }
  })

  it('read-only: a root that another process is making is as good as none', async () => {
    const root = await temporaryDirectory()
    await mkdir(join(root, 'lading'))
    await expect(prepareRoot(fs, root, { readOnly: true })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('read-only reads a layout of others, and refuses what is none or not there', async () => {
    const root = await temporaryDirectory()
    await expect(prepareRoot(fs, root, { readOnly: true })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await writeFile(join(root, 'something'), '')
    await expect(prepareRoot(fs, root, { readOnly: true })).rejects.toMatchObject({ code: 'ROOT_INVALID' })
    await unlink(join(root, 'something'))
    await expect(prepareRoot(fs, join(root, 'none'), { readOnly: true })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await writeFile(join(root, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}')
    await prepareRoot(fs, root, { readOnly: true })
    expect(await readdir(root)).toEqual(['oci-layout'])
  })
})

describe('a store where modes cannot be changed', () => {
  it('is made and filled: a volume of another owner, a share with the modes of its mount', async () => {
    const root = await temporaryDirectory()
    await fs.chmod(root, 0o770)
    const share = faultyFileSystem(fs, [{ operation: 'chmod', nth: 1, errno: 'EPERM', forGood: true }])
    const bytes = new TextEncoder().encode('content')
    const store = createContentStore({ root, fs: share })
    await store.put(digestOf(bytes), bytes)
    expect(await store.read(digestOf(bytes))).toEqual(bytes)
    expect(share.failures).toBeGreaterThan(1)
    expect((await stat(join(root, 'blobs'))).mode & 0o777).toBe(0o700)
  })
})

describe('a store on a read-only file system', () => {
  const bytes = new TextEncoder().encode('content')
  const digest = digestOf(bytes)
  const readOnly = faultyFileSystem(
    fs,
    (['mkdir', 'rename', 'link', 'unlink', 'removeTree', 'chmod'] as const).map((operation) => ({
      operation,
      nth: 1,
      errno: 'EROFS',
      forGood: true,
    })),
  )

  it('can be read; writing says why it cannot', async () => {
    const root = join(await temporaryDirectory(), 'store')
    await createContentStore({ root }).put(digest, bytes)
    const store = createContentStore({ root, fs: readOnly })
    expect(await store.read(digest)).toEqual(bytes)
    await expect(store.put(digestOf(new Uint8Array(1)), new Uint8Array(1))).rejects.toMatchObject({
      code: 'PERMISSION',
      hint: expect.stringContaining('--root') as string,
    })
  })

  it('does not hand out a damaged blob, though it cannot be moved aside', async () => {
    const root = join(await temporaryDirectory(), 'store')
    const writable = createContentStore({ root })
    await writable.put(digest, bytes)
    await fs.chmod(writable.path(digest), 0o600)
    await writeFile(writable.path(digest), 'Content')
    await expect(createContentStore({ root, fs: readOnly }).read(digest)).rejects.toMatchObject({
      code: 'CONTENT_DAMAGED',
      facts: { expected: digest, actual: digestOf(new TextEncoder().encode('Content')) },
    })
    expect(await writable.stat(digest)).toBeDefined()
  })
})
