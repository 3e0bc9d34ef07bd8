import { describe, expect, it } from 'vitest'
import { planPublication } from '../src/index.ts'
import { bytesOf, configOf, indexOf, layerOf, manifestOf } from './support/documents.ts'

const config = configOf('one').descriptor
const layer = layerOf('base').descriptor
const image = manifestOf(config, [layer, layer])
const absent = manifestOf(config, [])
const nested = indexOf([])
const index = indexOf([image.descriptor, absent.descriptor, nested.descriptor])

const digestsOf = (descriptors: readonly { readonly digest: string }[]): string[] =>
  descriptors.map(({ digest }) => digest)

describe('the plan of a publication', () => {
  it('writes what is named first, and needs what it names, each once', async () => {
    const plan = await planPublication({ target: index.descriptor, documents: [index, image] }, { partialIndex: true })
    expect(digestsOf(plan.documents.map(({ descriptor }) => descriptor))).toEqual(
      digestsOf([image.descriptor, index.descriptor]),
    )
    expect(digestsOf(plan.needed).toSorted()).toEqual(digestsOf([config, layer, nested.descriptor]).toSorted())
  })
  it('needs every child where an index must be whole', async () => {
    const plan = await planPublication({ target: index.descriptor, documents: [index, image] }, { partialIndex: false })
    expect(digestsOf(plan.needed)).toContain(absent.descriptor.digest)
  })
  it('leaves out what the target does not lead to', async () => {
    const plan = await planPublication({ target: image.descriptor, documents: [index, image] }, { partialIndex: true })
    expect(plan.documents).toHaveLength(1)
  })
  it('refuses content that is named in two sizes, in one document or in two', async () => {
    const other = { ...layer, size: layer.size + 1 }
    const twice = manifestOf(config, [layer, other])
    const one = indexOf([image.descriptor, manifestOf(config, [other]).descriptor])
    for (const [target, documents] of [
      [twice.descriptor, [twice]],
      [one.descriptor, [one, image, manifestOf(config, [other])]],
    ] as const)
      await expect(planPublication({ target, documents }, { partialIndex: true })).rejects.toMatchObject({
        code: 'MANIFEST_INVALID',
        facts: { digest: layer.digest, expected: layer.size, actual: other.size },
        hint: expect.any(String),
      })
  })
  it('refuses a publication without its target, and bytes that are something else', async () => {
    await expect(
      planPublication({ target: index.descriptor, documents: [image] }, { partialIndex: true }),
    ).rejects.toMatchObject({ code: 'PUBLICATION_INVALID', hint: expect.any(String) })
    const wrong = { ...image, bytes: bytesOf(new TextDecoder().decode(image.bytes).replace('"layers"', ' "layers"')) }
    await expect(
      planPublication({ target: image.descriptor, documents: [wrong] }, { partialIndex: true }),
    ).rejects.toMatchObject({ code: 'SIZE_MISMATCH' })
  })
})
