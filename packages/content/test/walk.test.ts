import fc from 'fast-check'
import { OCI_INDEX, type Descriptor } from '@lading/manifest'
import { describe, expect, it } from 'vitest'
import { embeddedDocument, successors, walk, type Document, type Visit, type WalkOptions } from '../src/index.ts'
import { bytesOf, configOf, documentOf, indexOf, layerOf, manifestOf, sourceOf } from './support/documents.ts'

const config = configOf('one').descriptor
const [base, top] = [layerOf('base').descriptor, layerOf('top').descriptor]
const image = manifestOf(config, [base, top])
const sibling = manifestOf(configOf('two').descriptor, [base])
const inner = indexOf([sibling.descriptor, image.descriptor])
const outer = indexOf([image.descriptor, inner.descriptor])
const all = [image, sibling, inner, outer]

async function visits(
  source: Parameters<typeof walk>[0],
  root: Descriptor,
  options?: WalkOptions,
): Promise<readonly Visit[]> {
  const seen: Visit[] = []
  for await (const visit of walk(source, root, options)) seen.push(visit)
  return seen
}
const digests = (seen: readonly Visit[]): string[] => seen.map(({ descriptor }) => descriptor.digest)

describe('what a document names', () => {
  it('is config and layers of a manifest, base first', () => {
    expect(successors(image).map(({ digest }) => digest)).toEqual([config.digest, base.digest, top.digest])
  })
  it('is the children of an index', () => {
    expect(successors(outer).map(({ digest }) => digest)).toEqual([image.descriptor.digest, inner.descriptor.digest])
  })
  it('is not its subject', () => {
    const signature = manifestOf(config, [], { subject: image.descriptor })
    expect(successors(signature).map(({ digest }) => digest)).toEqual([config.digest])
  })
  it('is nothing, for a config or a layer', () => {
    expect(successors(configOf('one'))).toEqual([])
    expect(successors(layerOf('base'))).toEqual([])
  })
  it('is not guessed when it cannot be read', () => {
    expect(() => successors({ ...image, bytes: bytesOf('{') })).toThrow(
      expect.objectContaining({ code: 'JSON_INVALID' }),
    )
  })
})

describe('a document that its descriptor carries', () => {
  it('is taken once it is verified', () => {
    expect(embeddedDocument(image.descriptor)).toBeUndefined()
    const good = { ...image.descriptor, data: image.bytes }
    expect(embeddedDocument(good)).toEqual({ descriptor: good, bytes: image.bytes })
    const bad = { ...image.descriptor, data: image.bytes.map((byte) => byte ^ 1) }
    expect(() => embeddedDocument(bad)).toThrow(expect.objectContaining({ code: 'DIGEST_MISMATCH' }))
  })
})

describe('a walk', () => {
  it('visits each digest once, what names others before them', async () => {
    const source = sourceOf(all)
    expect(digests(await visits(source, outer.descriptor))).toEqual(
      [
        outer.descriptor,
        image.descriptor,
        config,
        base,
        top,
        inner.descriptor,
        sibling.descriptor,
        configOf('two').descriptor,
      ].map(({ digest }) => digest),
    )
    expect(source.asked).toHaveLength(4)
  })
  it('visits what is named first, when asked to, and the root last', async () => {
    const seen = await visits(sourceOf(all), outer.descriptor, { order: 'children-first' })
    expect(digests(seen).slice(0, 4)).toEqual([config, base, top, image.descriptor].map(({ digest }) => digest))
    expect(digests(seen).at(-1)).toBe(outer.descriptor.digest)
  })
  it('says what is absent and goes on', async () => {
    const seen = await visits(sourceOf([outer, image]), outer.descriptor)
    expect(seen.filter(({ kind }) => kind === 'absent').map(({ descriptor }) => descriptor.digest)).toEqual([
      inner.descriptor.digest,
    ])
  })
  it('says that the root is absent', async () => {
    expect((await visits(sourceOf([]), outer.descriptor)).map(({ kind }) => kind)).toEqual(['absent'])
  })
  it('looks into nothing that it shall not enter', async () => {
    const source = sourceOf(all)
    const seen = await visits(source, outer.descriptor, { enter: ({ mediaType }) => mediaType === OCI_INDEX })
    expect(seen.map(({ kind }) => kind)).toEqual(['document', 'leaf', 'document', 'leaf'])
    expect(source.asked).toHaveLength(2)
  })
  it('takes what is no manifest for a leaf only where that is forgiven, and never the root', async () => {
    const broken = documentOf(image.descriptor.mediaType, '{}')
    const index = indexOf([broken.descriptor, image.descriptor])
    const source = sourceOf([broken, index, image])
    await expect(visits(source, index.descriptor)).rejects.toMatchObject({ name: 'ManifestError' })
    const forgive = (): boolean => true
    expect((await visits(source, index.descriptor, { forgive })).slice(0, 3).map(({ kind }) => kind)).toEqual([
      'document',
      'leaf',
      'document',
    ])
    await expect(visits(source, broken.descriptor, { forgive })).rejects.toMatchObject({ name: 'ManifestError' })
  })
  it('takes what a manifest names for blobs, whatever it calls them, and visits them again where an index names them', async () => {
    const strange = manifestOf(config, [image.descriptor])
    const source = sourceOf([strange, image])
    expect((await visits(source, strange.descriptor)).map(({ kind }) => kind)).toEqual(['document', 'leaf', 'leaf'])
    const both = indexOf([strange.descriptor, image.descriptor])
    const seen = await visits(sourceOf([both, strange, image]), both.descriptor)
    expect(
      seen.filter(({ descriptor }) => descriptor.digest === image.descriptor.digest).map(({ kind }) => kind),
    ).toEqual(['leaf', 'document'])
  })
  it('ends with the signal', async () => {
    const reason = new Error('enough')
    await expect(visits(sourceOf(all), outer.descriptor, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })

  const tower = (height: number): Document[] => {
    const documents = [indexOf([])]
    while (documents.length < height)
      documents.push(
        indexOf([(documents.at(-1) as Document).descriptor], { annotations: { n: String(documents.length) } }),
      )
    return documents.toReversed()
  }
  it('goes as deep as it may and no deeper', async () => {
    const documents = tower(5)
    const root = (documents[0] as Document).descriptor
    expect(await visits(sourceOf(documents), root, { limits: { depth: 5 } })).toHaveLength(5)
    await expect(visits(sourceOf(documents), root, { limits: { depth: 4 } })).rejects.toMatchObject({
      code: 'GRAPH_TOO_LARGE',
      hint: expect.any(String),
    })
  })
  it('reads as many documents as it may and no more', async () => {
    expect(await visits(sourceOf(all), outer.descriptor, { limits: { documents: 4 } })).toHaveLength(8)
    const source = sourceOf(all)
    await expect(visits(source, outer.descriptor, { limits: { documents: 3 } })).rejects.toMatchObject({
      code: 'GRAPH_TOO_LARGE',
    })
    expect(source.asked).toHaveLength(3)
  })
  it('visits as many digests as it may and no more', async () => {
    expect(await visits(sourceOf(all), outer.descriptor, { limits: { digests: 8 } })).toHaveLength(8)
    await expect(visits(sourceOf(all), outer.descriptor, { limits: { digests: 7 } })).rejects.toMatchObject({
      code: 'GRAPH_TOO_LARGE',
    })
  })

  it('keeps its order in any graph', async () => {
    // Each document names some of those before it: any graph without a circle.
    const graphs = fc.array(fc.array(fc.nat(), { maxLength: 4 }), { minLength: 1, maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(graphs, async (edges) => {
        const documents: Document[] = []
        for (const [at, targets] of edges.entries()) {
          const below = at === 0 ? [] : targets.map((target) => (documents[target % at] as Document).descriptor)
          documents.push(indexOf(below, { annotations: { n: String(at) } }))
        }
        const root = (documents.at(-1) as Document).descriptor
        const limits = { depth: 100 }
        const down = digests(await visits(sourceOf(documents), root, { limits }))
        const up = digests(await visits(sourceOf(documents), root, { limits, order: 'children-first' }))
        expect(new Set(down).size).toBe(down.length)
        expect(up.toSorted()).toEqual(down.toSorted())
        for (const document of documents) {
          const at = up.indexOf(document.descriptor.digest)
          if (at === -1) continue
          for (const { digest } of successors(document)) {
            expect(up.indexOf(digest)).toBeGreaterThanOrEqual(0)
            expect(up.indexOf(digest)).toBeLessThan(at)
          }
        }
      }),
    )
  })
})
