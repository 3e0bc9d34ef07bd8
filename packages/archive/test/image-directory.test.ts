import { existsSync } from 'node:fs'
import { appendFile, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createImageDirectory, openImageDirectory } from '@lading/archive'
import { sendBytes, walk, type Document, type Target } from '@lading/content'
import { testContent } from '@lading/content/compliance'
import { nodeFileSystem } from '@lading/content-store'
import { afterPowerCut, faultyFileSystem, recordingFileSystem, unsyncedFileSystem } from '@lading/content-store/testing'
import { hexOf, type Digest } from '@lading/digest'
import { digestOf } from '@lading/digest/hash'
import { isLadingError } from '@lading/errors'
import { OCI_CONFIG, OCI_INDEX, OCI_LAYER, OCI_MANIFEST } from '@lading/manifest'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { dice } from '../../../test/support/dice.ts'
import { atScale } from '../../../test/support/scale.ts'
import { descriptorOf, indexOf, testImage, type TestImage } from './support/some-image.ts'
import { temporaryDirectory } from './support/some-files.ts'

describe('a directory with one image, as a source and a target', () => {
  testContent(
    { describe, it },
    {
      async create() {
        const { path, remove } = await temporaryDirectory()
        const root = join(path, 'image')
        await (await createImageDirectory(root).begin()).abort()
        const open = async () => ({ source: await openImageDirectory(root), target: createImageDirectory(root) })
        return {
          ...(await open()),
          again: open,
          async damage(digest) {
            const blob = join(root, hexOf(digest))
            const file = existsSync(blob) ? blob : join(root, 'manifest.json')
            const bytes = await readFile(file)
            bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1
            await writeFile(file, bytes)
          },
          dispose: remove,
        }
      },
    },
  )
})

const base = new TextEncoder().encode('a layer that both have')
const one = testImage('one', [base, 'of one'])
const two = testImage('two', [base, 'of two'], { os: 'linux', architecture: 'arm64' })
const three = testImage('three', ['of one'])
const both = indexOf(one, two)

const documentOf = (bytes: Uint8Array, mediaType: string): Document => ({
  descriptor: descriptorOf(bytes, mediaType),
  bytes,
})

async function deliver(
  target: Target,
  images: readonly TestImage[],
  index?: Uint8Array,
  outcome = 'published',
): Promise<void> {
  const delivery = await target.begin()
  try {
    for (const { config, layers } of images) {
      for (const blob of [documentOf(config, OCI_CONFIG), ...layers.map((each) => documentOf(each, OCI_LAYER))]) {
        const receiver = await delivery.receive(blob.descriptor)
        if (typeof receiver === 'string') continue
        await sendBytes(blob, receiver, { source: 'the test' })
        await receiver.commit()
      }
    }
    const documents = images.map(({ manifest }) => documentOf(manifest, OCI_MANIFEST))
    if (index !== undefined) documents.push(documentOf(index, OCI_INDEX))
    const root = documents.at(-1)
    if (root === undefined) throw new Error('there is nothing')
    expect(await delivery.publish({ target: root.descriptor, names: [], documents })).toEqual({ outcome })
    await delivery.finish()
  } finally {
    await delivery.abort()
  }
}

async function place(): Promise<string> {
  const { path, remove } = await temporaryDirectory()
  onTestFinished(remove)
  return join(path, 'image')
}

/** What is there, all of it read; the digest of its manifest. */
async function whole(root: string): Promise<Digest> {
  const source = await openImageDirectory(root)
  const { digest, ...target } = await source.resolve('')
  for await (const { kind, descriptor } of walk(source, { digest, ...target })) {
    expect(kind).not.toBe('absent')
    if (kind === 'leaf') for await (const _ of source.open(descriptor));
  }
  return digest
}

const hexOfBytes = (bytes: Uint8Array): string => hexOf(digestOf(bytes))
const blobsOf = ({ config, layers }: TestImage): readonly string[] => [config, ...layers].map(hexOfBytes)

describe('a directory with one image', () => {
  it('has the files that skopeo has, for an index too, and of what was there before nothing that is not named', async () => {
    const root = await place()
    await deliver(createImageDirectory(root), [one, two], both)
    expect((await readdir(root)).toSorted()).toEqual(
      [
        'manifest.json',
        'version',
        ...new Set([...blobsOf(one), ...blobsOf(two)]),
        ...[one, two].map(({ manifest }) => `${hexOfBytes(manifest)}.manifest.json`),
      ].toSorted(),
    )
    expect(await readFile(join(root, 'version'), 'utf8')).toBe('Directory Transport Version: 1.1\n')
    expect(new Uint8Array(await readFile(join(root, 'manifest.json')))).toEqual(both)
    expect(await whole(root)).toBe(digestOf(both))
    await writeFile(join(root, 'signature-1'), 'of the one before')
    await writeFile(join(root, 'note'), 'of somebody else')
    await deliver(createImageDirectory(root), [two])
    expect((await readdir(root)).toSorted()).toEqual(['manifest.json', 'note', 'version', ...blobsOf(two)].toSorted())
    expect(await whole(root)).toBe(digestOf(two.manifest))
  })

  it.each([
    ['the same again', [two], 'unchanged'],
    ['the one before again', [one], 'published'],
    ['a third one', [three], 'published'],
  ] as const)('loses what a copy that broke off did not come to remove: %s', async (_, next, outcome) => {
    const root = await place()
    await deliver(createImageDirectory(root), [one])
    await writeFile(join(root, 'signature-1'), 'of the one before')
    const fs = nodeFileSystem()
    const own = new Set(blobsOf(one).map((name) => join(root, name)))
    const broken = createImageDirectory(root, {
      fs: {
        ...fs,
        rename: (from, to) => (own.has(from) ? Promise.reject(new Error('the end')) : fs.rename(from, to)),
      },
    })
    await expect(deliver(broken, [two])).rejects.toThrow('the end')
    expect(await whole(root)).toBe(digestOf(two.manifest))
    // Of its own name alone: somebody else's file that the list names is not removed for it.
    await writeFile(join(root, 'note'), 'of somebody else')
    await appendFile(join(root, '.lading-doomed'), '\nnote\n../note')
    await deliver(createImageDirectory(root), next, undefined, outcome)
    expect((await readdir(root)).toSorted()).toEqual(
      ['manifest.json', 'note', 'version', ...next.flatMap((image) => blobsOf(image))].toSorted(),
    )
    expect(await whole(root)).toBe(digestOf(next[0].manifest))
  })

  it('is not made of a directory of somebody else, nor of a version that is not known', async () => {
    const root = await place()
    await mkdir(root)
    await expect(openImageDirectory(root)).rejects.toMatchObject({ code: 'ARCHIVE_UNKNOWN' })
    await writeFile(join(root, 'precious'), 'x')
    await expect(createImageDirectory(root).begin()).rejects.toMatchObject({ code: 'ARCHIVE_UNKNOWN' })
    expect(await readdir(root)).toEqual(['precious'])
    await writeFile(join(root, 'version'), 'Directory Transport Version: 7.0\n')
    for (const open of [() => createImageDirectory(root).begin(), () => openImageDirectory(root)])
      await expect(open()).rejects.toMatchObject({ code: 'ARCHIVE_UNSUPPORTED' })
    await expect(openImageDirectory(join(root, 'precious'))).rejects.toMatchObject({ code: 'ARCHIVE_UNREADABLE' })
    await expect(openImageDirectory(join(root, 'none'))).rejects.toMatchObject({ code: 'ARCHIVE_UNREADABLE' })
  })

  it('gives nothing through a link, and no manifest that is none', async () => {
    const root = await place()
    await deliver(createImageDirectory(root), [one])
    const [config = ''] = blobsOf(one)
    await rm(join(root, config))
    await symlink('/etc/hostname', join(root, config))
    await expect(whole(root)).rejects.toMatchObject({ code: 'ARCHIVE_INVALID' })
    await writeFile(join(root, 'manifest.json'), '[]')
    await expect(whole(root)).rejects.toMatchObject({ code: expect.stringMatching(/^MANIFEST_/) as unknown })
  })

  it.each(['ENOSPC', 'EIO'])('has one whole image after %s at any call', async (errno) => {
    const plain = unsyncedFileSystem()
    const counting = faultyFileSystem(plain)
    const known = await place()
    await deliver(createImageDirectory(known, { fs: plain }), [one])
    await deliver(createImageDirectory(known, { fs: counting }), [one, two], both)
    const calls = counting.calls.length
    expect(calls).toBeGreaterThan(20)
    for (let nth = 1 + (errno === 'EIO' ? 1 : 0); nth <= calls; nth += atScale(13, 1)) {
      const root = await place()
      await deliver(createImageDirectory(root, { fs: plain }), [one])
      const fs = faultyFileSystem(plain, [{ nth, errno }])
      const failure: unknown = await deliver(createImageDirectory(root, { fs }), [one, two], both).catch(
        (error: unknown) => error,
      )
      expect(failure === undefined || isLadingError(failure), String(failure)).toBe(true)
      const there = await whole(root)
      expect(failure === undefined ? [digestOf(both)] : [digestOf(one.manifest), digestOf(both)]).toContain(there)
      await deliver(createImageDirectory(root, { fs: plain }), [two])
      expect(await whole(root)).toBe(digestOf(two.manifest))
    }
  })

  it('loses no file to a process that was robbed of the lock just before it removes what was there', async () => {
    const { path, remove } = await temporaryDirectory()
    onTestFinished(remove)
    const root = join(path, 'image')
    await deliver(createImageDirectory(root), [one])
    const doomed = join(root, hexOf(digestOf(one.config)))
    const fs = nodeFileSystem()
    /** As the next holder of the lock does, before it looks at anything. */
    const rob = async (): Promise<void> => {
      for (const name of await readdir(root))
        if (name.endsWith('.fence')) await rm(join(root, name), { recursive: true })
    }
    const target = createImageDirectory(root, {
      fs: {
        ...fs,
        async unlink(file) {
          if (file === doomed) await rob()
          return fs.unlink(file)
        },
        async rename(from, to) {
          if (from === doomed) await rob()
          return fs.rename(from, to)
        },
      },
    })
    await expect(deliver(target, [two])).rejects.toMatchObject({ code: 'LOCK_LOST' })
    expect(existsSync(doomed)).toBe(true)
    await deliver(createImageDirectory(root), [one])
    expect(await readdir(root)).not.toContainEqual(expect.stringContaining('.fence'))
  })

  it('has one whole image after a power cut, or the end of the process, anywhere', { timeout: 300_000 }, async () => {
    const { path, remove } = await temporaryDirectory()
    onTestFinished(remove)
    const recorded = await recordingFileSystem(unsyncedFileSystem(), path)
    const target = createImageDirectory(join(path, 'image'), { fs: recorded })
    await deliver(target, [one])
    const first = recorded.log.length
    await deliver(target, [one, two], both)
    const { path: states, remove: removeStates } = await temporaryDirectory()
    onTestFinished(removeStates)
    let count = 0
    await fc.assert(
      fc.asyncProperty(
        fc.record({ at: fc.nat({ max: recorded.log.length }), random: dice() }),
        async ({ at, random }) => {
          const state = join(states, String(count++))
          await afterPowerCut(recorded, state, { at, random })
          const root = join(state, 'image')
          const isThere = existsSync(join(root, 'manifest.json'))
          expect(at < first || isThere).toBe(true)
          const images = [digestOf(one.manifest), digestOf(both), undefined]
          expect(images).toContain(isThere ? await whole(root) : undefined)
          await rm(state, { recursive: true })
        },
      ),
      { numRuns: atScale(8, 400), endOnFailure: true },
    )
  })
})
