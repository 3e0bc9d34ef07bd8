import { LadingError } from '@lading/errors'
import { createRegistryClient, type Endpoint, type Hosts, type HostTarget } from '@lading/registry-client'
import { image, startTestRegistry, type Fault, type TestRegistry } from '@lading/test-registry'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createPuller, type PullEvent } from '../src/index.ts'
import { failure, instantClock, scene, temporaryFolder, type Scene } from './scene.ts'
import { openTestStore } from './support/test-store.ts'

interface Mirrored extends Scene {
  readonly mirror: TestRegistry
}

/** A registry with a mirror before it. */
async function mirrored(faults: readonly Fault[] = []): Promise<Mirrored> {
  const mirror = await startTestRegistry({ faults })
  onTestFinished(() => mirror.close())
  // A mirror is named by its registry's address, which is known once that one listens.
  const registry = await startTestRegistry()
  const { port } = new URL(registry.url)
  await registry.close()
  const here = await scene({
    registry: { port: Number(port) },
    puller: { mirrors: [`127.0.0.1:${port}=${mirror.url}`] },
  })
  return { ...here, mirror }
}

const endpointAt = ({ url, host }: Pick<TestRegistry, 'url' | 'host'>, more: Partial<Endpoint> = {}): Endpoint => ({
  url,
  host,
  scheme: 'http',
  mirror: false,
  insecure: false,
  ...more,
})

/** Mirrors by target, and the registry itself after them. */
const hostsOf = (mirrors: (target: HostTarget) => readonly Endpoint[]): Hosts => ({
  consult: (target) => ({
    endpoints: [...mirrors(target), endpointAt({ url: `http://${target.domain}`, host: target.domain })],
    passedOver: [],
  }),
  insecure: () => undefined,
  tls: () => undefined,
})

const tagged = (tag: string): ReturnType<typeof image> => image(`t/app:${tag}`).layer({ tag })
const manifestsOf = (registry: TestRegistry): readonly (string | undefined)[] => [
  ...new Set(registry.journal.requests({ kind: 'manifest' }).map(({ target }) => target)),
]
const told = (events: readonly PullEvent[]): readonly string[] =>
  events.flatMap((event) =>
    event.type === 'endpoint' ? [event.url] : event.type === 'endpoint:failed' ? [`${event.url} ${event.code}`] : [],
  )

describe('all tags through a mirror', () => {
  it.each<[string, Omit<Fault, 'on'>, { readonly leftAlone?: boolean }?]>([
    ['lacks', { then: { status: 404 } }],
    ['refuses', { then: { status: 403 } }],
    ['fails at', { then: { status: 500 } }, { leftAlone: true }],
    ['cuts off', { then: 'close' }, { leftAlone: true }],
    ['spoils', { then: 'wrong-digest-header' }],
    ['has nonsense for', { then: { content: '{"schemaVersion":2,' } }],
  ])(
    'come each from the first that has it: one that the mirror %s',
    async (_what, trouble, { leftAlone = false } = {}) => {
      const { registry, mirror, puller, events } = await mirrored([{ on: 'manifest', target: 'b', ...trouble }])
      for (const each of ['a', 'b', 'c']) for (const at of [registry, mirror]) await at.seed(tagged(each))
      const { images, failed } = await puller.pullAll(`${registry.host}/t/app`, {
        platform: 'linux/amd64',
        onEvent: (event) => events.push(event),
      })
      expect(failed).toEqual([])
      expect(images.map(({ reference }) => reference.split(':').at(-1))).toEqual(['a', 'b', 'c'])
      // As a pull of that tag alone would: the others are the mirror's, unless that does not answer and is left alone.
      expect(manifestsOf(registry)).toEqual(leftAlone ? ['b', 'c'] : ['b'])
      expect(manifestsOf(mirror)).toEqual(leftAlone ? ['a', 'b'] : ['a', 'b', 'c'])
    },
  )

  it('come from the registry where the mirror lists them and gives none of what is behind', async () => {
    const { registry, mirror, puller } = await mirrored([{ on: 'blob', then: { status: 404 } }])
    for (const each of ['a', 'b']) for (const at of [registry, mirror]) await at.seed(tagged(each))
    expect((await puller.pullAll(`${registry.host}/t/app`)).failed).toEqual([])
    expect(manifestsOf(registry)).toEqual([])
  })

  it('are listed by the registry where the mirror lists none, which is not held against it', async () => {
    const { registry, mirror, puller } = await mirrored([{ on: 'tags', then: { status: 403 } }])
    for (const each of ['a', 'b']) for (const at of [registry, mirror]) await at.seed(tagged(each))
    expect((await puller.pullAll(`${registry.host}/t/app`)).images).toHaveLength(2)
    expect(manifestsOf(registry)).toEqual([])
  })

  it('have the endpoints that a pull of each alone has', async () => {
    const mirror = await startTestRegistry({ images: [tagged('b')] })
    onTestFinished(() => mirror.close())
    const { registry, puller } = await scene({
      client: { hosts: hostsOf(({ tag }) => (tag === 'b' ? [endpointAt(mirror, { mirror: true })] : [])) },
    })
    for (const each of ['a', 'b']) await registry.seed(tagged(each))
    expect((await puller.pullAll(`${registry.host}/t/app`)).images).toHaveLength(2)
    expect(manifestsOf(mirror)).toEqual(['b'])
    expect(manifestsOf(registry)).toEqual(['a'])
  })

  it('look once for the scheme that the registry speaks', async () => {
    const { registry, puller, eventsOf } = await scene()
    for (const each of ['a', 'b', 'c']) await registry.seed(tagged(each))
    const events: PullEvent[] = []
    await puller.pullAll(`${registry.host}/t/app`, { onEvent: (event) => events.push(event) })
    expect(told(events)).toEqual([
      `https://${registry.host}`,
      `https://${registry.host} TLS_FAILED`,
      `http://${registry.host}`,
    ])
    expect(eventsOf('endpoint')).toEqual([])
  })
})

describe('a wrong argument', () => {
  it.each([':1', `@sha256:${'0'.repeat(64)}`])('ends all tags of NAME%s before anybody is asked', async (suffix) => {
    const { registry, mirror, puller, events } = await mirrored()
    const error = await failure(
      puller.pullAll(`${registry.host}/t/app${suffix}`, { onEvent: (event) => events.push(event) }),
    )
    expect(error).toMatchObject({ code: 'ALL_TAGS_WITH_TAG', facts: { reference: `${registry.host}/t/app${suffix}` } })
    expect(events).toEqual([])
    expect([...registry.journal.entries, ...mirror.journal.entries]).toEqual([])
  })
})

describe('what a mirror gives and is not right', () => {
  const layer = { 'a.txt': 'a'.repeat(200) }

  it.each<[string, Pick<Fault, 'then' | 'afterBytes'>, string]>([
    ['a flipped bit', { then: 'flip', afterBytes: 30 }, 'DIGEST_MISMATCH'],
    ['another layer', { then: { content: 'another' } }, 'SIZE_MISMATCH'],
    ['bytes too many', { then: { extraBytes: 9 } }, 'SIZE_MISMATCH'],
    ['a coded body', { then: 'gzip' }, 'CONTENT_CODING'],
  ])('is asked of the registry, which is told: %s', async (_what, trouble, code) => {
    const { registry, mirror, pull, events } = await mirrored()
    const app = image('t/app:1').layer(layer).layer({ b: 'b' })
    await mirror.seed(app)
    const { layers } = await registry.seed(app)
    const bad = layers[0]?.digest ?? ''
    mirror.addFault({ on: 'blob', digest: bad, ...trouble })
    expect((await pull('t/app:1')).status).toBe('downloaded')
    mirror.journal.assertFetchedOnce(bad)
    registry.journal.assertFetchedOnce(bad)
    expect(told(events).slice(0, 2)).toEqual([mirror.url, `${mirror.url} ${code}`])
  })

  it('is asked of the registry, which named it, where the mirror has content alone', async () => {
    const app = image('t/app:1').layer(layer).layer({ b: 'b' })
    const mirror = await startTestRegistry({ images: [app] })
    onTestFinished(() => mirror.close())
    const { registry, pull } = await scene({
      client: { hosts: hostsOf(() => [endpointAt(mirror, { mirror: true, capabilities: ['pull'] })]) },
    })
    const { layers } = await registry.seed(app)
    const bad = layers[0]?.digest ?? ''
    mirror.addFault({ on: 'blob', digest: bad, then: 'flip', afterBytes: 30 })
    expect((await pull('t/app:1')).status).toBe('downloaded')
    mirror.journal.assertFetchedOnce(bad)
    registry.journal.assertFetchedOnce(bad)
  })

  it('is final where the registry gave it', async () => {
    const { registry, pull } = await mirrored([{ on: 'any', then: { status: 404 } }])
    const { layers } = await registry.seed(image('t/app:1').layer(layer))
    registry.addFault({ on: 'blob', digest: layers[0]?.digest, then: 'flip', afterBytes: 30 })
    expect(await failure(pull('t/app:1'))).toMatchObject({ code: 'DIGEST_MISMATCH' })
    registry.journal.assertFetchedOnce(layers[0]?.digest ?? '')
  })

  it('is an old image: the registry has one for the platform, and is asked for the tag', async () => {
    const { registry, mirror, pull, events } = await mirrored()
    await mirror.seed(image('t/app:1').layer({ a: 'old' }, { claimedDiffId: `sha256:${'0'.repeat(64)}` }))
    const { digest } = await registry.seed(image('t/app:1').layer({ a: 'new' }))
    expect((await pull('t/app:1')).digest).toBe(digest)
    expect(manifestsOf(registry)).toContain('1')
    expect(told(events).slice(0, 3)).toEqual([mirror.url, `${mirror.url} DIFF_ID_MISMATCH`, `https://${registry.host}`])
  })

  it('and is named by a digest, is not asked for again', async () => {
    const { registry, mirror, pull } = await mirrored()
    const bad = image('t/app:1').layer({ a: 'bad' }, { claimedDiffId: `sha256:${'0'.repeat(64)}` })
    await mirror.seed(bad)
    const { digest } = await registry.seed(bad)
    expect(await failure(pull(`t/app@${digest}`))).toMatchObject({ code: 'DIFF_ID_MISMATCH' })
    expect(registry.journal.entries).toEqual([])
  })
})

describe('a mirror whose answers break off', () => {
  it('is asked for the rest once more, and then the registry is', async () => {
    const { registry, mirror, pull } = await mirrored()
    const app = image('t/app:1').randomLayer(100_000)
    await mirror.seed(app)
    const { layers } = await registry.seed(app)
    const { digest = '' } = layers[0] ?? {}
    mirror.addFault({ on: 'blob', digest, afterBytes: 1000, then: 'reset' })
    expect((await pull('t/app:1')).status).toBe('downloaded')
    expect(mirror.journal.requests({ kind: 'blob', target: digest })).toHaveLength(2)
    expect(registry.journal.requests({ kind: 'blob', target: digest })).toHaveLength(1)
  })

  it('goes on giving what the registry does not', async () => {
    const { registry, mirror, pull } = await mirrored()
    const app = image('t/app:1').randomLayer(10_000)
    const { layers } = await mirror.seed(app)
    const { digest = '' } = layers[0] ?? {}
    registry.addFault({ on: 'any', then: { status: 403 } })
    mirror.addFault({ on: 'blob', digest, times: 4, afterBytes: 1000, then: 'reset' })
    expect((await pull('t/app:1')).status).toBe('downloaded')
  })
})

describe('a fault of this machine', () => {
  it('is not blamed on a mirror: an index.json that is none', async () => {
    const { registry, mirror, root, pull, events } = await mirrored()
    await mirror.seed(tagged('1'))
    await pull('t/app:1')
    await writeFile(join(root, 'index.json'), '{ not json')
    events.length = 0
    expect(await failure(pull('t/app:1'))).toMatchObject({ code: 'INDEX_JSON_INVALID' })
    expect(told(events).filter((each) => each.includes(' '))).toEqual([])
    expect(registry.journal.entries).toEqual([])
  })

  it.each([
    ['INDEX_JSON_TOO_LARGE', {}],
    ['LOCK_LOST', {}],
    ['FORMAT_UNSUPPORTED', {}],
    ['ROOT_INVALID', {}],
    ['TOO_MANY_FILES', {}],
    ['NO_SPACE', {}],
    ['PERMISSION', {}],
    ['STORE_READ_ONLY', {}],
    ['PUBLICATION_INVALID', {}],
    // What registries call so too.
    ['NOT_FOUND', { path: '/root/blobs' }],
    ['TOO_LARGE', { path: '/root/index.json' }],
  ] as const)('is not blamed on a mirror, whenever it comes: %s', async (code, facts) => {
    const mirror = await startTestRegistry({ images: [tagged('1')] })
    const registry = await startTestRegistry({ images: [tagged('1')] })
    const store = await openTestStore(await temporaryFolder())
    const client = createRegistryClient({ clock: instantClock(), mirrors: [`${registry.host}=${mirror.url}`] })
    onTestFinished(async () => {
      for (const each of [client, store, mirror, registry]) await each.close()
    })
    for (const broken of ['resolve', 'publish', 'present'] as const) {
      const events: PullEvent[] = []
      const refuse = (): Promise<never> => Promise.reject(new LadingError(code, `it was ${code}`, facts))
      const target: typeof store.target = () => ({
        ...store.target(),
        begin: async (options) => ({ ...(await store.target().begin(options)), publish: refuse }),
      })
      const puller = await createPuller({
        client,
        store: { ...store, ...(broken === 'publish' ? { target } : { [broken]: refuse }) },
      })
      const error = await failure(
        puller.pull(`${registry.host}/t/app:1`, { platform: 'linux/amd64', onEvent: (event) => events.push(event) }),
      )
      await puller.close()
      expect([broken, error.code]).toEqual([broken, code])
      expect(told(events).filter((each) => each !== mirror.url)).toEqual([])
      expect(registry.journal.entries).toEqual([])
    }
  })
})
