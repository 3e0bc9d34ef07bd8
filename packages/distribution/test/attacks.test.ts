import { artifact, image, index, type IndexBuilder } from '@lading/test-registry'
import { describe, expect, it } from 'vitest'
import { failure, scene } from './scene.ts'

// Attacks on manifests, indexes and configs that take a registry and a store; the others are in @lading/manifest.

const on = (platform: string) => image().platform(platform).layer({ platform })
const layersOf = (document: Record<string, unknown>): Record<string, unknown>[] =>
  document['layers'] as Record<string, unknown>[]
const tagged = (names: readonly string[]): string[] => names.filter((name) => !name.includes('@'))

/** Every text in a value, however deep. */
const textsIn = (value: unknown): string[] =>
  typeof value === 'string'
    ? [value]
    : typeof value === 'object' && value !== null
      ? Object.values(value).flatMap(textsIn)
      : []

// oxlint-disable-next-line no-control-regex
const unprintable = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/

describe('the attack corpus', () => {
  it('M5: indexes in indexes: too deep, too many, the same one again and again', async () => {
    const { registry, pull, names } = await scene()
    let tower: IndexBuilder = index().add(on('linux/amd64'))
    for (let floor = 0; floor < 4; floor++) tower = index().add(tower)
    await registry.seed(tower, { repository: 't/deep', tags: ['1'] })
    expect((await failure(pull('t/deep:1'))).code).toBe('INDEX_TOO_DEEP')

    let wide = index('t/wide:1')
    for (let nth = 0; nth < 70; nth++) wide = wide.add(index().annotations({ nth: String(nth) }))
    await registry.seed(wide)
    expect((await failure(pull('t/wide:1'))).code).toBe('INDEX_TOO_DEEP')
    expect(await names()).toEqual([])

    const inner = index().add(on('linux/amd64')).build()
    let same = index('t/same:1')
    for (let nth = 0; nth < 100; nth++) same = same.add(inner)
    await registry.seed(same)
    registry.journal.clear()
    await pull('t/same:1')
    expect(registry.journal.requests().filter(({ path }) => path.endsWith(inner.digest))).toHaveLength(1)
  })

  it('M6: embedded bytes of the right length that are not what their descriptor says', async () => {
    const { registry, pull, names } = await scene()
    const honest = image('t/data:1').layer({ a: 'a' }, { embed: true, stored: false })
    const { document } = honest.build()
    const lie = (layer: Record<string, unknown>): Record<string, unknown> => ({
      ...layer,
      data: Buffer.alloc(Number(layer['size']), 'x').toString('base64'),
    })
    await registry.seed(honest.manifestMembers({ layers: layersOf(document).map(lie) }))
    expect((await failure(pull('t/data:1'))).code).toBe('DIGEST_MISMATCH')

    const child = on('linux/amd64').build()
    await registry.seed(
      index('t/child:1').add(child, { members: { data: Buffer.alloc(child.bytes.length, '{').toString('base64') } }),
    )
    expect((await failure(pull('t/child:1'))).code).toBe('DIGEST_MISMATCH')
    expect(await names()).toEqual([])
  })

  it('M7: the first of two entries for one platform is taken, an attestation never, an artifact not as an image', async () => {
    const { registry, pull } = await scene()
    const [first, second] = [
      image().platform('linux/amd64').layer({ which: 'first' }),
      image().platform('linux/amd64').layer({ which: 'second' }),
    ]
    await registry.seed(index('t/twins:1').attest(first).add(first).add(second))
    expect((await pull('t/twins:1')).layers[0]?.digest).toBe(first.build().layers[0]?.digest)
    await registry.seed(index('t/only:1').attest(first))
    expect((await failure(pull('t/only:1'))).code).toBe('PLATFORM_UNAVAILABLE')
    await registry.seed(artifact('t/thing:1', 'application/vnd.acme.thing'))
    expect((await failure(pull('t/thing:1'))).code).toBe('NOT_AN_IMAGE')
  })

  it('M8: diffIDs of another number, of other content, or in another order', async () => {
    const { registry, pull, names } = await scene()
    const two = image('t/app:1').layer({ a: 'a' }).layer({ b: 'b' })
    const [a, b] = two.build().layers.map(({ diffId }) => diffId)
    if (a === undefined || b === undefined) throw new Error('two layers were built')
    for (const diffIds of [[], [a], [a, b, b], [a, a], [b, a], [a, `sha256:${'0'.repeat(64)}` as const]]) {
      await registry.seed(two.diffIds(diffIds))
      expect((await failure(pull('t/app:1'))).code, diffIds.join()).toBe('DIFF_ID_MISMATCH')
    }
    expect(await names()).toEqual([])
  })

  it('M9: a blob twice, no layers, the config as a layer: one download each, and an honest end', async () => {
    const { registry, pull } = await scene()
    const twice = await registry.seed(image('t/twice:1').layer({ a: 'a' }).layer({ a: 'a' }))
    expect((await pull('t/twice:1')).layers.map(({ digest }) => digest)).toEqual(
      twice.layers.map(({ digest }) => digest),
    )
    expect(registry.journal.blob(twice.layers[0]?.digest ?? '').requests).toHaveLength(1)
    await registry.seed(image('t/none:1'))
    expect(await pull('t/none:1')).toMatchObject({ status: 'downloaded', layers: [] })
    // A config is plain bytes, and so is a tar: its diffID would have to be its own digest, which it cannot hold.
    const own = image('t/own:1').layer({ a: 'a' })
    const { config } = own.build()
    await registry.seed(
      own.manifestMembers({
        layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: config.digest, size: config.size }],
      }),
    )
    expect((await failure(pull('t/own:1'))).code).toBe('DIFF_ID_MISMATCH')
  })

  it('M10: a config that claims the layers, the history and the parent of another image brings none of them', async () => {
    const { registry, pull, names } = await scene()
    const victim = image('t/victim:1').layer({ secret: 'base' })
    await registry.seed(victim)
    const base = await pull('t/victim:1')
    const claims = {
      parent: base.id,
      container: 'c',
      history: [{ created_by: "the victim's own steps" }],
      rootfs: { type: 'layers', diff_ids: victim.build().layers.map(({ diffId }) => diffId) },
    }
    await registry.seed(image('t/poison:1').layer({ evil: 'yes' }).configMembers(claims))
    expect((await failure(pull('t/poison:1'))).code).toBe('DIFF_ID_MISMATCH')
    await registry.seed(image('t/poison:2').configMembers(claims))
    expect((await failure(pull('t/poison:2'))).code).toBe('DIFF_ID_MISMATCH')
    expect(tagged(await names())).toEqual([`${registry.host}/t/victim:1`])
  })

  it('M11: a name in an annotation names nothing', async () => {
    const { registry, pull, names } = await scene()
    await registry.seed(image('t/good:1').layer({ a: 'good' }))
    const good = await pull('t/good:1')
    const claimed = `${registry.host}/t/good:1`
    await registry.seed(
      image('t/evil:1')
        .layer({ a: 'evil' }, { annotations: { 'org.opencontainers.image.title': '../../../etc/passwd' } })
        .annotations({ 'org.opencontainers.image.ref.name': claimed, 'io.containerd.image.name': claimed }),
    )
    const evil = await pull('t/evil:1')
    expect(tagged(await names()).toSorted()).toEqual([`${registry.host}/t/evil:1`, claimed])
    expect(await pull('t/good:1')).toMatchObject({ status: 'up-to-date', digest: good.digest })
    expect(evil.digest).not.toBe(good.digest)
  })

  it('M12: what a registry says reaches events and errors in escaped form', async () => {
    const { registry, pull, events } = await scene()
    const hostile = '\u001b]0;owned\u0007\u009b2J\u202e\r\n'
    await registry.seed(image('t/app:1').layer({ a: 'a' }, { mediaType: `application/${hostile}` }))
    registry.addFault({
      on: 'manifest',
      nth: 1,
      then: { status: 403, body: { errors: [{ code: 'DENIED', message: `${hostile}${'A'.repeat(100_000)}` }] } },
    })
    for (const error of [await failure(pull('t/app:1')), await failure(pull('t/app:1'))]) {
      const texts = textsIn([error.message, error.hint, error.facts, events])
      expect(texts.filter((text) => unprintable.test(text))).toEqual([])
      expect(texts.join('').length).toBeLessThan(20_000)
    }
  })
})
