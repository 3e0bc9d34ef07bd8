import { mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createLayout, openLayout } from '@lading/archive'
import { sendBytes, successors, type Delivery, type Document, type Source, type Target } from '@lading/content'
import { afterPowerCut, faultyFileSystem, recordingFileSystem, unsyncedFileSystem } from '@lading/content-store/testing'
import { digestOf } from '@lading/digest/hash'
import { isLadingError } from '@lading/errors'
import { OCI_CONFIG, OCI_INDEX, OCI_LAYER, OCI_MANIFEST, type Descriptor } from '@lading/manifest'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { dice } from '../../../test/support/dice.ts'
import { atScale } from '../../../test/support/scale.ts'
import { temporaryDirectory } from './support/some-files.ts'

const text = (value: unknown): Uint8Array =>
  new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value))
const blob = (mediaType: string, value: unknown): Document => {
  const bytes = text(value)
  return { descriptor: { mediaType, digest: digestOf(bytes), size: bytes.byteLength }, bytes }
}

interface Image {
  readonly blobs: readonly Document[]
  readonly manifest: Document
}

function imageOf(word: string): Image {
  const layer = blob(OCI_LAYER, `layer of ${word} `.repeat(300))
  const config = blob(OCI_CONFIG, { os: 'linux', architecture: 'amd64', author: word })
  const manifest = blob(OCI_MANIFEST, {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: config.descriptor,
    layers: [layer.descriptor],
  })
  return { blobs: [config, layer], manifest }
}

const one = imageOf('one')
const two = imageOf('two')
const both = blob(OCI_INDEX, {
  schemaVersion: 2,
  mediaType: OCI_INDEX,
  manifests: [one.manifest.descriptor, two.manifest.descriptor],
})

async function bring(delivery: Delivery, { descriptor, bytes }: Document): Promise<void> {
  const receiver = await delivery.receive(descriptor)
  if (typeof receiver === 'string') return
  try {
    await sendBytes({ descriptor, bytes }, receiver, { source: 'the test' })
    await receiver.commit()
  } finally {
    await receiver.close()
  }
}

async function deliver(
  target: Target,
  images: readonly Image[],
  names: readonly string[],
  above?: Document,
): Promise<void> {
  const delivery = await target.begin()
  try {
    for (const each of images.flatMap(({ blobs }) => blobs)) await bring(delivery, each)
    const documents = [...images.map(({ manifest }) => manifest), ...(above === undefined ? [] : [above])]
    await delivery.publish({ target: (documents.at(-1) as Document).descriptor, names, documents })
    await delivery.finish()
  } finally {
    await delivery.abort()
  }
}

/** All that a target reaches is there, byte for byte. */
async function assertWhole(source: Source, target: Descriptor): Promise<void> {
  for await (const _ of source.open(target));
  const document = await source.document(target)
  for (const child of document === undefined ? [] : successors(document)) await assertWhole(source, child)
}

async function namesIn(source: Source): Promise<readonly string[]> {
  const names: string[] = []
  for await (const { name, target } of source.names()) {
    names.push(name)
    await assertWhole(source, target)
  }
  return names.toSorted()
}

async function place(): Promise<string> {
  const { path, remove } = await temporaryDirectory()
  onTestFinished(remove)
  return join(path, 'layout')
}
const indexIn = async (root: string): Promise<unknown> => JSON.parse(await readFile(join(root, 'index.json'), 'utf8'))

describe('a layout', () => {
  it('has what the image layout asks for, and nothing else', async () => {
    const root = await place()
    await deliver(createLayout(root), [one], ['v1', 'example.com/a:1', '[::1]:5000/a:1'])
    expect((await readdir(root)).toSorted()).toEqual(['blobs', 'index.json', 'oci-layout'])
    expect(await readdir(join(root, 'blobs/sha256'))).toHaveLength(3)
    expect(JSON.parse(await readFile(join(root, 'oci-layout'), 'utf8'))).toEqual({ imageLayoutVersion: '1.0.0' })
    const full = 'io.containerd.image.name'
    const ref = 'org.opencontainers.image.ref.name'
    expect(await indexIn(root)).toEqual({
      schemaVersion: 2,
      mediaType: OCI_INDEX,
      manifests: [
        { ...one.manifest.descriptor, annotations: { [ref]: 'v1' } },
        { ...one.manifest.descriptor, annotations: { [full]: 'example.com/a:1', [ref]: 'example.com/a:1' } },
        { ...one.manifest.descriptor, annotations: { [full]: '[::1]:5000/a:1' } },
      ],
    })
  })

  it('keeps entries and members of others, and moves a name in its place', async () => {
    const root = await place()
    await deliver(createLayout(root), [one], ['v1'])
    const others = { mediaType: 'text/plain', digest: one.blobs[0]?.descriptor.digest, size: 1, x: { y: null } }
    const { manifests } = (await indexIn(root)) as { manifests: unknown[] }
    await writeFile(
      join(root, 'index.json'),
      JSON.stringify({ schemaVersion: 2, manifests: [...manifests, others, ...manifests], z: 1 }),
    )
    await deliver(createLayout(root), [two], ['v1'])
    expect(await indexIn(root)).toEqual({
      schemaVersion: 2,
      manifests: [{ ...two.manifest.descriptor, annotations: { 'org.opencontainers.image.ref.name': 'v1' } }, others],
      z: 1,
    })
  })

  it('names what had no name', async () => {
    const root = await place()
    await deliver(createLayout(root), [one], [])
    expect(await indexIn(root)).toMatchObject({ manifests: [one.manifest.descriptor] })
    await deliver(createLayout(root), [one], ['v1'])
    expect(((await indexIn(root)) as { manifests: unknown[] }).manifests).toHaveLength(1)
    expect(await namesIn(await openLayout(root))).toEqual(['v1'])
  })

  it('has the names of all who write at once', async () => {
    const root = await place()
    const names = Array.from({ length: 12 }, (_, at) => `v${at}`)
    await deliver(createLayout(root), [one], ['first'])
    await Promise.all(names.map((name, at) => deliver(createLayout(root), [at % 2 === 0 ? one : two], [name])))
    expect(await namesIn(await openLayout(root))).toEqual(['first', ...names].toSorted())
  })

  it('reads again what another program wrote meanwhile', async () => {
    const root = await place()
    await deliver(createLayout(root), [one], ['v1'])
    let times = 0
    const fs = faultyFileSystem(unsyncedFileSystem(), [], {
      // As it is about to be replaced.
      async before({ operation, path }) {
        if (operation !== 'sync' || !path.includes('index.json') || ++times > 2) return
        const index = (await indexIn(root)) as { manifests: unknown[] }
        index.manifests.push({
          ...one.manifest.descriptor,
          annotations: { 'org.opencontainers.image.ref.name': `theirs-${times}` },
        })
        await writeFile(join(root, 'index.json'), JSON.stringify(index))
      },
    })
    await deliver(createLayout(root, { fs }), [two], ['v2'])
    expect(await namesIn(await openLayout(root))).toEqual(['theirs-1', 'theirs-2', 'v1', 'v2'])
  })

  it('is not made of a directory of somebody else, nor over an index that is none', async () => {
    const root = await place()
    await mkdir(root)
    await writeFile(join(root, 'precious'), 'x')
    await expect(createLayout(root).begin()).rejects.toMatchObject({ code: 'ARCHIVE_UNKNOWN' })
    expect(await readdir(root)).toEqual(['precious'])
    await rm(join(root, 'precious'))
    for (const [content, code] of [
      ['{"imageLayoutVersion":"2.0.0"}', 'ARCHIVE_UNSUPPORTED'],
      ['no JSON', 'ARCHIVE_UNSUPPORTED'],
    ] as const) {
      await writeFile(join(root, 'oci-layout'), content)
      await expect(createLayout(root).begin()).rejects.toMatchObject({ code })
    }
    await writeFile(join(root, 'oci-layout'), '{"imageLayoutVersion":"1.1.0"}')
    await expect(createLayout(root).begin()).rejects.toMatchObject({
      code: 'ARCHIVE_UNSUPPORTED',
      message: expect.stringContaining('does not know, so it is not changed') as unknown,
      hint: expect.stringContaining('it can be read') as unknown,
    })
    await rm(join(root, 'oci-layout'))
    for (const index of [
      '{',
      '{"schemaVersion":1}',
      '{"schemaVersion":2,"manifests":{}}',
      '{"schemaVersion":2,"manifestr":[]}',
      '{"schemaVersion":2,"schemaVersion":2}',
    ]) {
      await writeFile(join(root, 'index.json'), index)
      await expect(deliver(createLayout(root), [one], ['v1'])).rejects.toMatchObject({ code: 'ARCHIVE_INVALID' })
      expect(await readFile(join(root, 'index.json'), 'utf8')).toBe(index)
    }
  })

  it('leaves nothing of a delivery that was given up but whole blobs', async () => {
    const root = await place()
    const delivery = await createLayout(root).begin()
    const [config, layer] = one.blobs as [Document, Document]
    await bring(delivery, config)
    const receiver = await delivery.receive(layer.descriptor)
    if (typeof receiver === 'string') throw new Error('it is not there')
    await receiver.begin({ start: 0, source: 'the test' })
    await receiver.write(layer.bytes.slice(0, 100))
    await delivery.abort()
    expect((await readdir(root)).toSorted()).toEqual(['blobs', 'index.json', 'oci-layout'])
    expect(await readdir(join(root, 'blobs/sha256'))).toEqual([config.descriptor.digest.slice(7)])
  })
})

describe('a blob that is damaged and has the right size', () => {
  const [, layer] = one.blobs as [Document, Document]
  const blobPathIn = (root: string): string => join(root, 'blobs/sha256', layer.descriptor.digest.slice(7))
  async function damaged(): Promise<string> {
    const root = await place()
    await deliver(createLayout(root), [one], ['v1'])
    await writeFile(blobPathIn(root), new Uint8Array(layer.bytes.byteLength))
    return root
  }

  it('is not here, and is replaced', async () => {
    const root = await damaged()
    const delivery = await createLayout(root).begin()
    expect(await delivery.has(layer.descriptor)).toBe(false)
    await bring(delivery, layer)
    expect(await delivery.has(layer.descriptor)).toBe(true)
    await delivery.finish()
    expect(await namesIn(await openLayout(root))).toEqual(['v1'])
  })

  it('is missing for whoever names it without having asked for it', async () => {
    const root = await damaged()
    const delivery = await createLayout(root).begin()
    const { descriptor } = one.manifest
    expect(await delivery.publish({ target: descriptor, names: ['v2'], documents: [one.manifest] })).toEqual({
      outcome: 'missing',
      blobs: [layer.descriptor],
    })
    await delivery.abort()
  })

  it('is found out after it was right', async () => {
    const root = await place()
    const target = createLayout(root)
    await deliver(target, [one], ['v1'])
    await writeFile(blobPathIn(root), new Uint8Array(layer.bytes.byteLength))
    // Clocks of file systems are coarse.
    await utimes(blobPathIn(root), 1, 1)
    await deliver(target, [one], ['v2'])
    expect(await namesIn(await openLayout(root))).toEqual(['v1', 'v2'])
  })

  it('is looked for once in a file that stays as it is', async () => {
    const root = await place()
    await deliver(createLayout(root), [one], ['v1'])
    const fs = faultyFileSystem(unsyncedFileSystem())
    const target = createLayout(root, { fs })
    for (const name of ['v2', 'v3', 'v4']) await deliver(target, [one], [name])
    expect(fs.calls.filter(({ operation, path }) => operation === 'read' && path === blobPathIn(root))).toHaveLength(1)
  })
})

describe('names in a layout lead to what is whole', () => {
  it.each(['ENOSPC', 'EIO'])('after %s at any call, and the next delivery is as any other', async (errno) => {
    const plain = unsyncedFileSystem()
    const counting = faultyFileSystem(plain)
    const known = await place()
    await deliver(createLayout(known, { fs: plain }), [one], ['v1'])
    await deliver(createLayout(known, { fs: counting }), [one, two], ['v1', 'v2'], both)
    const calls = counting.calls.length
    expect(calls).toBeGreaterThan(40)
    const every = atScale(7, 1)
    for (let nth = 1 + (errno === 'EIO' ? 1 : 0); nth <= calls; nth += every) {
      const root = await place()
      await deliver(createLayout(root, { fs: plain }), [one], ['v1'])
      const fs = faultyFileSystem(plain, [{ nth, errno }])
      const failure: unknown = await deliver(createLayout(root, { fs }), [one, two], ['v1', 'v2'], both).catch(
        (error: unknown) => error,
      )
      // What does not matter is done without.
      expect(failure === undefined || isLadingError(failure)).toBe(true)
      const names = await namesIn(await openLayout(root))
      expect(names).toEqual(failure === undefined || names.length === 2 ? ['v1', 'v2'] : ['v1'])
      await deliver(createLayout(root, { fs: plain }), [one, two], ['v1', 'v2'], both)
      expect(await namesIn(await openLayout(root))).toEqual(['v1', 'v2'])
    }
  })

  it('after a power cut, or the end of the process, anywhere', { timeout: 300_000 }, async () => {
    const { path, remove } = await temporaryDirectory()
    onTestFinished(remove)
    const plain = unsyncedFileSystem()
    const recorded = await recordingFileSystem(plain, path)
    const target = createLayout(join(path, 'layout'), { fs: recorded })
    await deliver(target, [one], ['v1'])
    const first = recorded.log.length
    await deliver(target, [one, two], ['v1', 'v2'], both)
    const { path: states, remove: removeStates } = await temporaryDirectory()
    onTestFinished(removeStates)
    let count = 0
    await fc.assert(
      fc.asyncProperty(
        fc.record({ at: fc.nat({ max: recorded.log.length }), random: dice() }),
        async ({ at, random }) => {
          const state = join(states, String(count++))
          await afterPowerCut(recorded, state, { at, random })
          const root = join(state, 'layout')
          const source = await openLayout(root).catch((error: unknown) => {
            // A cut before the first delivery leaves no directory, or an empty one.
            if (isLadingError(error, 'ARCHIVE_UNKNOWN') || isLadingError(error, 'ARCHIVE_UNREADABLE')) return undefined
            throw error
          })
          const names = source === undefined ? [] : await namesIn(source)
          expect(at < first || names.includes('v1')).toBe(true)
          await rm(state, { recursive: true })
        },
      ),
      { numRuns: atScale(25, 400), endOnFailure: true },
    )
  })
})
