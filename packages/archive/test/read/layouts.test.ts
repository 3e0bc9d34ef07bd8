import { mkdir, readdir, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openArchive, openLayout } from '@lading/archive'
import { digestOf } from '@lading/digest/hash'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { blobPath } from '../../src/file-names.ts'
import { archiveOf } from '../support/some-archive.ts'
import { jsonBytes, temporaryDirectory, textBytes, writeFiles } from '../support/some-files.ts'
import { descriptorOf, indexOf, ociArchive, testImage } from '../support/some-image.ts'

const image = testImage('one')
const other = testImage('two')
const target = descriptorOf(image.manifest, 'application/vnd.oci.image.manifest.v1+json')
const [layer = new Uint8Array()] = image.layers

describe('an OCI image layout directory', () => {
  let directory: string
  let remove: () => Promise<void>
  const at = (path: string): string => join(directory, path)
  beforeEach(async () => {
    ;({ path: directory, remove } = await temporaryDirectory())
    await writeFiles(directory, ociArchive([image], [{ bytes: image.manifest, name: '1' }]))
  })
  afterEach(() => remove())

  it('is opened by what opens archives, too', async () => {
    const source = await openArchive(directory)
    expect(await source.resolve('1')).toEqual(target)
  })

  it('shows at each moment what its index.json names', async () => {
    const source = await openLayout(directory)
    await writeFiles(directory, ociArchive([other], [{ bytes: other.manifest, name: '2' }]))
    expect((await source.resolve('2')).digest).toBe(digestOf(other.manifest))
    await expect(source.resolve('1')).rejects.toMatchObject({ code: 'CONTENT_UNKNOWN' })
  })

  it('gives content without reading everything that names something', async () => {
    const source = await openLayout(directory)
    await writeFile(at('index.json'), '{')
    expect((await source.document(target))?.bytes.byteLength).toBe(target.size)
    expect(await source.stat(digestOf(layer))).toEqual({ size: layer.byteLength })
  })

  it('is empty without an index.json', async () => {
    await rm(at('index.json'))
    const source = await openLayout(directory)
    const names = []
    for await (const each of source.names()) names.push(each)
    expect(names).toEqual([])
  })

  it('gives a partial index, and what is there of it', async () => {
    const index = indexOf(image, other)
    await writeFiles(directory, ociArchive([image], [{ bytes: index, name: 'many' }]))
    const source = await openLayout(directory)
    const found = await source.resolve('many')
    expect(Buffer.from((await source.document(found))?.bytes ?? [])).toEqual(Buffer.from(index))
    expect(await source.document(target)).toBeDefined()
    expect(await source.document(descriptorOf(other.manifest, target.mediaType))).toBeUndefined()
  })

  it('has blobs of other algorithms', async () => {
    const digest = digestOf(layer, 'sha512')
    await writeFiles(directory, new Map([[blobPath(digest), layer]]))
    const source = await openLayout(directory)
    expect(await source.stat(digest)).toEqual({ size: layer.byteLength })
    const chunks = []
    for await (const chunk of source.open({ mediaType: '', digest, size: layer.byteLength })) chunks.push(chunk)
    expect(Buffer.concat(chunks)).toEqual(Buffer.from(layer))
  })

  it('says of a name that is not there what is there', async () => {
    const source = await openLayout(directory)
    await expect(source.resolve('no\u001b[2J')).rejects.toMatchObject({
      code: 'CONTENT_UNKNOWN',
      message: expect.stringContaining('no\\x1b[2J is not in ') as unknown,
      hint: 'it has 1',
    })
  })

  it('tells when two targets have one name', async () => {
    const files = ociArchive(
      [image, other],
      [
        { bytes: image.manifest, name: '1' },
        { bytes: other.manifest, name: '1' },
      ],
    )
    await writeFiles(directory, files)
    await expect((await openLayout(directory)).resolve('1')).rejects.toMatchObject({
      code: 'ARCHIVE_AMBIGUOUS',
      hint: expect.stringContaining(target.digest),
    })
  })

  it('passes over entries that are neither manifest nor index', async () => {
    const stray = { ...descriptorOf(layer, 'application/vnd.acme.thing'), annotations: {} }
    await writeFile(at('index.json'), jsonBytes({ schemaVersion: 2, manifests: [stray, target] }))
    const images = []
    for await (const each of (await openLayout(directory)).images()) images.push(each)
    expect(images).toEqual([{ names: [], target }])
  })

  it.each(['a blob', 'the directory of an algorithm', 'the directory of blobs', 'index.json'])(
    'refuses a link in the place of %s',
    async (what) => {
      const place =
        {
          'a blob': blobPath(target.digest),
          'the directory of an algorithm': 'blobs/sha256',
          'the directory of blobs': 'blobs',
          'index.json': 'index.json',
        }[what] ?? ''
      await rename(at(place), at('moved'))
      await symlink(at('moved'), at(place))
      await expect(openLayout(directory).then((source) => source.document(target))).rejects.toMatchObject({
        code: 'ARCHIVE_INVALID',
      })
    },
  )

  it('refuses a directory in the place of a blob, and a blob that is longer than said', async () => {
    const source = await openLayout(directory)
    await truncate(at(blobPath(image.id)), 10_000)
    await expect(source.document(descriptorOf(image.config, ''))).rejects.toMatchObject({ code: 'SIZE_MISMATCH' })
    await rm(at(blobPath(target.digest)))
    await mkdir(at(blobPath(target.digest)))
    await expect(source.document(target)).rejects.toMatchObject({ code: 'ARCHIVE_INVALID' })
  })

  it('refuses an index.json of 10 GB without reading it', async () => {
    await truncate(at('index.json'), 10 * 1024 ** 3)
    const source = await openLayout(directory)
    await expect(source.resolve('1')).rejects.toMatchObject({ code: 'ARCHIVE_TOO_LARGE', hint: expect.any(String) })
  })

  it('is none without its files', async () => {
    await rm(at('index.json'))
    await rm(at('oci-layout'))
    await expect(openLayout(directory)).rejects.toMatchObject({ code: 'ARCHIVE_UNKNOWN' })
    for (const none of ['none', join('none', 'below')])
      await expect(openLayout(at(none))).rejects.toMatchObject({
        code: 'ARCHIVE_UNREADABLE',
        message: expect.stringContaining('does not exist') as unknown,
      })
    await writeFile(at('file'), '')
    await expect(openLayout(at('file'))).rejects.toMatchObject({
      code: 'ARCHIVE_UNREADABLE',
      hint: expect.stringContaining('archive') as unknown,
    })
  })
})

describe('opening an archive', () => {
  it('spools what is compressed or comes as a stream, says so, and leaves nothing behind', async () => {
    const { path, remove } = await temporaryDirectory()
    const archive = await archiveOf(ociArchive([image], [{ bytes: image.manifest, name: '1' }]))
    const events: unknown[] = []
    async function* stream(): AsyncGenerator<Uint8Array, void> {
      yield archive.slice()
    }
    const source = await openArchive(stream(), { spoolDirectory: path, onEvent: (event) => events.push(event) })
    expect(events).toEqual([{ type: 'spooling', because: 'stream', directory: path }])
    expect(await source.stat(target.digest)).toEqual({ size: target.size })
    await source.close()
    await expect(openArchive(stream())).rejects.toMatchObject({ code: 'ARCHIVE_SPOOL_NEEDED' })
    async function* broken(): AsyncGenerator<Uint8Array, void> {
      yield archive.slice(0, 700)
      throw new Error('the pipe broke')
    }
    await expect(openArchive(broken(), { spoolDirectory: path })).rejects.toThrow('the pipe broke')
    expect(await readdir(path)).toEqual([])
    await remove()
  })

  it('follows a link that a user named, and says what is missing', async () => {
    const { path, remove } = await temporaryDirectory()
    await writeFile(
      join(path, 'real.tar'),
      await archiveOf(ociArchive([image], [{ bytes: image.manifest, name: '1' }])),
    )
    await symlink('real.tar', join(path, 'link.tar'))
    const source = await openArchive(join(path, 'link.tar'))
    expect((await source.resolve('1')).digest).toBe(target.digest)
    await source.close()
    await expect(openArchive(join(path, 'none.tar'))).rejects.toMatchObject({ code: 'ARCHIVE_UNREADABLE' })
    await writeFile(join(path, 'text'), textBytes('no archive'))
    await expect(openArchive(join(path, 'text'))).rejects.toMatchObject({ code: 'TAR_TRUNCATED' })
    await remove()
  })
})
