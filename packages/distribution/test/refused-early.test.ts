import { digestOf } from '@lading/digest/hash'
import { image, index, tar, type ImageBuilder } from '@lading/test-registry'
import { OCI_LAYER } from '@lading/manifest'
import { describe, expect, it } from 'vitest'
import { failure, scene } from './scene.ts'

const docker = 'application/vnd.docker.distribution.manifest.v2+json'
const oci = 'application/vnd.oci.image.manifest.v1+json'
const dockerList = 'application/vnd.docker.distribution.manifest.list.v2+json'
const ociIndex = 'application/vnd.oci.image.index.v1+json'
const app = (mediaType: string): ImageBuilder => image('t/app:1').layer({ a: 'a' }).manifestMembers({ mediaType })

describe('an entry of one family whose manifest is of the other', () => {
  it.each([
    [ociIndex, oci, docker],
    [ociIndex, docker, oci],
    [dockerList, docker, oci],
    [dockerList, oci, docker],
  ])('is pulled: %s, %s, %s', async (list, named, own) => {
    const { registry, pull, puller } = await scene()
    await registry.seed(
      index('t/app:1')
        .add(app(own), { members: { mediaType: named } })
        .indexMembers({ mediaType: list }),
    )
    expect(await pull('t/app:1')).toMatchObject({ status: 'downloaded', manifest: { mediaType: own } })
    expect(await pull('t/app:1')).toMatchObject({ status: 'up-to-date', manifest: { mediaType: own } })
    expect(await puller.pull(`${registry.host}/t/app:1`, { platform: 'linux/amd64', verify: 'digest' })).toMatchObject({
      status: 'up-to-date',
    })
  })

  it('is pulled by tag too, where only the header is of the other family', async () => {
    const { registry, pull } = await scene()
    await registry.seed(app(docker))
    registry.addFault({ on: 'manifest', then: { headers: { 'content-type': oci } } })
    expect(await pull('t/app:1')).toMatchObject({ status: 'downloaded', manifest: { mediaType: docker } })
    expect(await pull('t/app:1')).toMatchObject({ status: 'up-to-date' })
  })
})

describe('what could not be published is refused before anything of it is fetched', () => {
  const content = tar({ a: 'a' })
  const digest = digestOf(content)
  const descriptor = { mediaType: OCI_LAYER, digest, size: content.length }
  const two = (layers: readonly object[], more: object = {}): ImageBuilder =>
    image('t/app:1')
      .rawLayer(content, { tar: content })
      .diffIds(layers.map(() => digest))
      .manifestMembers({ layers, ...more })

  it.each<[string, ImageBuilder, string]>([
    ['a layer in two sizes', two([descriptor, { ...descriptor, size: 7 }]), 'MANIFEST_INVALID'],
    ['a layer in two sizes, the first one wrong', two([{ ...descriptor, size: 7 }, descriptor]), 'MANIFEST_INVALID'],
    [
      'a config that is a layer of another size',
      two([descriptor], { config: { ...descriptor, mediaType: 'application/vnd.oci.image.config.v1+json', size: 7 } }),
      'MANIFEST_INVALID',
    ],
    ['126 layers', two(Array.from({ length: 126 }, () => descriptor)), 'LAYER_MAX_DEPTH'],
    ['manifest and index at once', app(oci).manifestMembers({ manifests: [] }), 'MANIFEST_AMBIGUOUS'],
  ])('%s', async (_what, given, code) => {
    const { registry, pull, names } = await scene()
    await registry.seed(given)
    const error = await failure(pull('t/app:1'))
    expect(error).toMatchObject({ code, hint: expect.stringMatching(/./) as string })
    expect(registry.journal.requests().filter(({ kind }) => kind === 'blob')).toEqual([])
    expect(await names()).toEqual([])
  })

  it.each([
    ['an index where a manifest is named', oci, ociIndex],
    ['a manifest where an index is named', dockerList, docker],
  ])('%s', async (_what, named, own) => {
    const { registry, pull } = await scene()
    const child = own === ociIndex ? index('t/child:1').add(app(oci)) : app(own)
    await registry.seed(index('t/app:1').add(child, { members: { mediaType: named } }))
    expect((await failure(pull('t/app:1'))).code).toMatch(/^MANIFEST_(?:AMBIGUOUS|MEDIA_TYPE)$/)
    expect(registry.journal.requests().filter(({ kind }) => kind === 'blob')).toEqual([])
  })

  it('where another pull has it in its right size, of two at once too, is refused as what it is', async () => {
    const { registry, puller, names } = await scene()
    const wrong = content.length + 7
    await registry.seed(two([descriptor]))
    await registry.seed(
      image('t/other:1')
        .rawLayer(content, { tar: content })
        .diffIds([digest])
        .manifestMembers({ layers: [{ ...descriptor, size: wrong }] }),
    )
    registry.addFault({ on: 'blob', digest, then: { delayMs: 50 } })
    const pull = (name: string): Promise<unknown> => puller.pull(`${registry.host}/t/${name}:1`)
    const [good, bad] = await Promise.allSettled([pull('app'), pull('other')])
    const mismatch = { code: 'SIZE_MISMATCH', facts: { expected: wrong, actual: content.length } }
    expect(good).toMatchObject({ status: 'fulfilled' })
    expect(bad).toMatchObject({ reason: mismatch })
    // The first is here now.
    expect(await failure(pull('other'))).toMatchObject(mismatch)
    expect((await names()).filter((name) => name.includes('other'))).toEqual([])
  })

  it('of a config in two sizes by two pulls at once the wrong one is refused as what it is', async () => {
    const { registry, puller } = await scene()
    const built = await registry.seed(app(oci))
    const config = { ...built.config, size: built.config.size + 1 }
    await registry.seed(image('t/other:1').layer({ a: 'a' }).manifestMembers({ mediaType: oci, config }))
    registry.addFault({ on: 'blob', digest: config.digest, then: { delayMs: 50 } })
    const pull = (name: string): Promise<unknown> => puller.pull(`${registry.host}/t/${name}:1`)
    const [good, bad] = await Promise.allSettled([pull('app'), pull('other')])
    expect(good).toMatchObject({ status: 'fulfilled' })
    expect(bad).toMatchObject({ reason: { code: 'SIZE_MISMATCH' } })
  })

  it('a layer twice in one size is fetched once, and 125 layers are pulled', async () => {
    const { registry, pull } = await scene()
    await registry.seed(two(Array.from({ length: 125 }, () => descriptor)))
    expect((await pull('t/app:1')).layers).toHaveLength(125)
    expect(registry.journal.blob(digest).requests).toHaveLength(1)
  })
})
