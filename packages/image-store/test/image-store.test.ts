import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { nodeFileSystem } from '@lading/content-store'
import type { Digest } from '@lading/digest'
import { digestOf } from '@lading/digest/hash'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseRecord } from '../src/image-record.ts'
import { createImageStore, type ImageRecord, type ImageStore } from '../src/index.ts'

let root: string
let store: ImageStore

const digest = (of: string): Digest => digestOf(new TextEncoder().encode(of))
const record = (of: string, more: Partial<ImageRecord> = {}): ImageRecord => ({
  config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digest(of), size: of.length },
  diffIds: [digest('base'), digest(`${of} top`)],
  platform: { os: 'linux', architecture: 'arm64', variant: 'v8', osFeatures: ['f'] },
  created: '2026-11-24T00:00:00Z',
  manifests: [digest(`${of} manifest`)],
  blobs: [digest(`${of} blob`)],
  ...more,
})
const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))
const fileOf = (of: string): string => join(root, 'lading', 'images', 'sha256', digest(of).slice(7))
const all = async (): Promise<ImageRecord[]> => {
  const found: ImageRecord[] = []
  for await (const one of store.list()) found.push(one)
  return found
}

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'lading-images-'))
  store = createImageStore({ root, fs: nodeFileSystem() })
})
afterEach(() => rm(root, { recursive: true, force: true }))

describe('image records', () => {
  it('are none at first, and reading makes nothing', async () => {
    expect(await store.get(digest('a'))).toBeUndefined()
    expect(await all()).toEqual([])
    expect(await store.delete(digest('a'))).toBe(false)
    expect(await readdir(root)).toEqual([])
  })

  it('are not written again when they say the same', async () => {
    await store.create(record('a'))
    const before = await nodeFileSystem().stat(fileOf('a'))
    await store.create(record('a'))
    expect((await nodeFileSystem().stat(fileOf('a')))?.inode).toBe(before?.inode)
  })

  it('that cannot be read count as absent, and are replaced', async () => {
    const whole = await store.create(record('a')).then(() => readFile(fileOf('a')))
    for (let length = 0; length < whole.length - 1; length += 7) {
      await writeFile(fileOf('a'), whole.subarray(0, length))
      expect(await store.get(digest('a'))).toBeUndefined()
    }
    await store.create(record('a'))
    expect(await store.get(digest('a'))).toEqual(record('a'))
    await rm(fileOf('a'))
    await mkdir(fileOf('a'))
    expect(await store.get(digest('a'))).toBeUndefined()
  })

  it('are only files that an ID names', async () => {
    await store.create(record('a'))
    await writeFile(`${fileOf('a')}.0123456789abcdef.tmp`, 'x')
    await writeFile(join(dirname(fileOf('a')), 'README'), 'x')
    await mkdir(join(root, 'lading', 'images', 'md5'))
    expect(await all()).toEqual([record('a')])
  })
})

describe('reading a record', () => {
  it.each([
    ['another version', { version: 2 }],
    ['another image', { config: { ...record('b').config } }],
    ['no size', { config: { mediaType: 'm', digest: digest('a') } }],
    ['a diffID that is none', { diffIds: ['sha256:x'] }],
    ['no list', { blobs: 'sha256' }],
    ['a platform without os', { platform: { architecture: 'amd64' } }],
    ['a platform with an odd feature', { platform: { os: 'linux', architecture: 'amd64', osFeatures: [1] } }],
    ['an odd date', { created: 1 }],
  ])('with %s gives none', (_, wrong) => {
    expect(parseRecord(json({ version: 1, ...record('a') }), digest('a'))).toEqual(record('a'))
    expect(parseRecord(json({ version: 1, ...record('a'), ...wrong }), digest('a'))).toBeUndefined()
  })

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((text) => new TextEncoder().encode(text)),
        ),
        (bytes) => {
          expect(parseRecord(bytes, digest('a'))).toBeUndefined()
        },
      ),
    )
  })
})
