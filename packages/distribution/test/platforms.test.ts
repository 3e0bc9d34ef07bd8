import { artifact, image, index } from '@lading/test-registry'
import { parseReference } from '@lading/reference'
import { describe, expect, it, onTestFinished } from 'vitest'
import { failure, scene } from './scene.ts'
import { openTestStore } from './support/test-store.ts'

const on = (platform: string) => image().platform(platform).layer({ platform })

describe('an index', () => {
  const multi = index('t/multi:1')
    .add(on('linux/amd64'))
    .add(on('linux/arm64'))
    .add(on('linux/arm/v7'))
    .attest(on('linux/amd64'))

  it.each([
    ['linux/amd64', 'linux/amd64'],
    ['linux/arm64', 'linux/arm64'],
    ['linux/arm64/v8', 'linux/arm64'],
    ['linux/arm/v7', 'linux/arm/v7'],
    ['linux/arm', 'linux/arm/v7'],
  ])('gives %s the image for %s, and reports the digest of the index', async (wanted, given) => {
    const { registry, pull, eventsOf } = await scene()
    const built = await registry.seed(multi)
    const pulled = await pull('t/multi:1', { platform: wanted })
    expect(pulled.digest).toBe(built.digest)
    expect(pulled.layers[0]?.digest).toBe(on(given).build().layers[0]?.digest)
    expect(eventsOf('platform')).toHaveLength(1)
  })

  it('names the index, and both platforms may be pulled beside each other', async () => {
    const { registry, pull, names } = await scene()
    await registry.seed(multi)
    await pull('t/multi:1')
    registry.journal.clear()
    expect((await pull('t/multi:1', { platform: 'linux/arm64' })).status).toBe('downloaded')
    expect((await pull('t/multi:1')).status).toBe('up-to-date')
    expect((await pull('t/multi:1', { platform: 'linux/arm64' })).status).toBe('up-to-date')
    expect((await names()).filter((name) => name.endsWith(':1'))).toHaveLength(1)
  })

  it('may be pulled again after one of its platforms got a name of its own', async () => {
    const { registry, root, pull } = await scene()
    await registry.seed(multi)
    await pull('t/multi:1')
    const arm = await pull('t/multi:1', { platform: 'linux/arm64' })
    const store = await openTestStore(root)
    onTestFinished(() => store.close())
    const names = { apart: `${registry.host}/mine:arm`, same: `${registry.host}/t/multi:1` }
    await store.tag(arm.id, parseReference(names.apart))
    expect((await pull('t/multi:1')).status).toBe('up-to-date')
    expect((await pull('t/multi:1', { platform: 'linux/arm64' })).status).toBe('up-to-date')
    await store.tag(arm.id, parseReference(names.same))
    expect((await store.inspect(names.same)).id).toBe(arm.id)
    // The tag points elsewhere than the registry's: it moves back, and nothing is fetched twice.
    registry.journal.clear()
    const again = await pull('t/multi:1')
    expect(again).toMatchObject({ status: 'downloaded', digest: multi.build().digest })
    expect(registry.journal.requests().filter(({ path }) => path.includes('/blobs/'))).toEqual([])
    expect((await store.inspect(names.same)).id).toBe(again.id)
    expect((await store.inspect(names.apart)).id).toBe(arm.id)
  })

  it('says that an entry for it is called something else, and does not offer it', async () => {
    const { registry, pull } = await scene()
    await registry.seed(
      index('t/odd:1')
        .add(image().layer({ a: 'amd64' }).platform('linux/amd64'), {
          members: { mediaType: 'application/vnd.acme.thing+json' },
        })
        .add(index().add(image().layer({ a: 'arm64' }).platform('linux/arm64')), { platform: 'linux/s390x' }),
    )
    await expect(pull('t/odd:1')).rejects.toMatchObject({
      code: 'PLATFORM_UNAVAILABLE',
      message: expect.stringContaining(
        'it calls its entry for that platform "application/vnd.acme.thing+json"',
      ) as string,
      hint: expect.stringMatching(/@sha256:/) as string,
    })
    // What an index inside is said to be for, it need not have.
    await expect(pull('t/odd:1', { platform: 'linux/s390x' })).rejects.toMatchObject({
      hint: 'there is: linux/arm64; choose one with --platform',
    })
  })

  it('says what there is when nothing fits, and stores nothing', async () => {
    const { registry, pull, names } = await scene()
    await registry.seed(multi)
    const error = await failure(pull('t/multi:1', { platform: 'linux/s390x' }))
    expect(error).toMatchObject({
      code: 'PLATFORM_UNAVAILABLE',
      message: expect.stringContaining('linux/s390x') as string,
    })
    expect(error.hint).toBe('there is: linux/amd64, linux/arm64, linux/arm/v7; choose one with --platform')
    expect(await names()).toEqual([])
  })

  it('is walked into where it holds other indexes', async () => {
    const { registry, pull, eventsOf } = await scene()
    const inner = index().add(on('linux/arm64')).add(on('linux/amd64'))
    const built = await registry.seed(index('t/nested:1').add(inner))
    expect(await pull('t/nested:1')).toMatchObject({
      digest: built.digest,
      id: on('linux/amd64').build().config.digest,
    })
    expect(eventsOf('platform')).toHaveLength(1)
    registry.journal.clear()
    expect((await pull('t/nested:1')).status).toBe('up-to-date')
    expect(registry.journal.requests()).toHaveLength(1)
  })

  it('of too many floors is refused', async () => {
    const { registry, pull } = await scene()
    let tower = index().add(on('linux/amd64'))
    for (let floor = 0; floor < 5; floor += 1) tower = index().add(tower)
    await registry.seed(tower, { repository: 't/tower', tags: ['1'] })
    expect((await failure(pull('t/tower:1'))).code).toBe('INDEX_TOO_DEEP')
  })

  it('passes over a nested index without a match, and over entries of unknown kind', async () => {
    const { registry, pull } = await scene()
    const built = await registry.seed(
      index('t/mixed:1')
        .add(artifact(undefined, 'application/vnd.acme.thing'), { platform: null })
        .add(index().add(on('linux/s390x')))
        .add(index().add(on('linux/amd64'))),
    )
    expect((await pull('t/mixed:1')).digest).toBe(built.digest)
  })

  it('may lack the blobs of siblings', async () => {
    const { registry, pull } = await scene()
    await registry.seed(index('t/sparse:1').add(on('linux/amd64')).add(on('linux/arm64'), { stored: false }))
    expect((await pull('t/sparse:1')).status).toBe('downloaded')
    expect((await pull('t/sparse:1')).status).toBe('up-to-date')
    expect((await failure(pull('t/sparse:1', { platform: 'linux/arm64' }))).code).toBe('MANIFEST_UNKNOWN')
  })

  it('warns when an entry’s config is for another platform than the entry says', async () => {
    const { registry, pull, eventsOf } = await scene()
    await registry.seed(index('t/lie:1').add(on('linux/arm64'), { platform: 'linux/amd64' }))
    await pull('t/lie:1')
    expect(eventsOf('warning')).toMatchObject([
      { code: 'PLATFORM_DIFFERS', message: expect.stringContaining('linux/arm64') as string },
    ])
  })

  it('with a wrong size for its child is refused', async () => {
    const { registry, pull } = await scene()
    await registry.seed(index('t/size:1').add(on('linux/amd64'), { members: { size: 12 } }))
    expect((await failure(pull('t/size:1'))).code).toBe('SIZE_MISMATCH')
  })
})

describe('a single image of another platform', () => {
  it('is pulled with a warning', async () => {
    const { registry, pull, eventsOf } = await scene()
    await registry.seed(image('t/arm:1').platform('linux/arm64').layer({ a: 'a' }))
    expect((await pull('t/arm:1')).platform).toMatchObject({ os: 'linux', architecture: 'arm64' })
    expect(eventsOf('warning')).toMatchObject([{ code: 'PLATFORM_DIFFERS' }])
  })
})

describe('content that is no image', () => {
  it.each([
    ['an artifact', artifact('t/thing:1', 'application/vnd.acme.thing')],
    [
      'a Helm chart',
      image('t/thing:1').rawConfig(new TextEncoder().encode('{}'), 'application/vnd.cncf.helm.config.v1+json'),
    ],
    [
      'a Docker plugin',
      image('t/thing:1').rawConfig(new TextEncoder().encode('{}'), 'application/vnd.docker.plugin.v1+json'),
    ],
  ])('%s is named for what it is', async (what, content) => {
    const { registry, pull, names } = await scene()
    await registry.seed(content)
    const error = await failure(pull('t/thing:1'))
    expect(error.code).toBe('NOT_AN_IMAGE')
    expect(error.message).toContain(what)
    expect(await names()).toEqual([])
  })
})
