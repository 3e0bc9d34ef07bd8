import { readFile, writeFile, chmod } from 'node:fs/promises'
import { parseReference } from '@lading/reference'
import type { Store } from '@lading/store'
import { createRegistryClient, type RegistryClientOptions } from '@lading/registry-client'
import {
  image,
  index,
  schema1,
  startTestRegistry,
  type Seedable,
  type TestRegistry,
  type TestRegistryOptions,
} from '@lading/test-registry'
import { describe, expect, it, onTestFinished } from 'vitest'
import { consult } from '../../store/test/oracle.ts'
import {
  push,
  pushAll,
  createPuller,
  type CopyEvent,
  type PushOptions,
  type PushParts,
  type PullOptions,
} from '../src/index.ts'
import { failure, instantClock, temporaryFolder } from './scene.ts'
import { openTestStore } from './support/test-store.ts'

interface Here extends PushParts {
  readonly store: Store
  readonly registry: TestRegistry
  readonly events: CopyEvent[]
  /** Pulls `name` of the registry. */
  pull(name: string, options?: PullOptions): Promise<unknown>
  /** Another name for it, at a registry. */
  tag(name: string, host: string, as: string): Promise<string>
  push(reference: string, options?: PushOptions): ReturnType<typeof push>
}

async function registryWith(images: readonly Seedable[], options: TestRegistryOptions = {}): Promise<TestRegistry> {
  const registry = await startTestRegistry({ ...options, images })
  onTestFinished(() => registry.close())
  return registry
}

async function here(images: readonly Seedable[], options: RegistryClientOptions = {}): Promise<Here> {
  const registry = await registryWith(images)
  const store = await openTestStore(await temporaryFolder())
  const client = createRegistryClient({ clock: instantClock(), ...options })
  const puller = await createPuller({ store, client })
  const events: CopyEvent[] = []
  onTestFinished(async () => {
    await puller.close()
    await store.close()
    await client.close()
  })
  return {
    store,
    client,
    registry,
    events,
    pull: (name, pullOptions) => puller.pull(`${registry.host}/${name}`, { platform: 'linux/amd64', ...pullOptions }),
    async tag(name, host, as) {
      await store.tag(`${registry.host}/${name}`, parseReference(`${host}/${as}`))
      return `${host}/${as}`
    },
    push: (reference, pushOptions) =>
      push({ store, client }, reference, {
        clock: instantClock(),
        onEvent: (event) => events.push(event),
        ...pushOptions,
      }),
  }
}

const app = (name = 't/app:1'): ReturnType<typeof image> =>
  image(name).platform('linux/amd64').layer({ a: 'a' }).layer({ b: 'b' })
const twoPlatforms = () =>
  index('t/app:1')
    .add(image().platform('linux/amd64').layer({ a: 'a' }))
    .add(image().platform('linux/arm64').layer({ b: 'b' }))

describe('a push', () => {
  it('brings an image to another registry byte for byte, and once more asks one question', async () => {
    const place = await here([app()])
    const to = await registryWith([])
    await place.pull('t/app:1')
    const reference = await place.tag('t/app:1', to.host, 'x/app:2')
    const pushed = await place.push(reference)
    const { digest } = (await place.store.resolve(parseReference(reference))) ?? {}
    expect(pushed).toMatchObject({ reference, digest, status: 'copied', sent: { blobs: 3 } })
    expect(to.repository('x/app').tags()).toEqual({ 2: digest })
    expect(place.events.at(0)).toEqual({ type: 'push', reference, name: `${to.host}/x/app` })
    expect(place.events.at(-1)).toMatchObject({ type: 'copied', id: '2', digest, status: 'copied' })
    expect(place.events.filter(({ type }) => type === 'layer:sent')).toHaveLength(2)
    to.journal.clear()
    expect(await place.push(reference)).toMatchObject({ status: 'unchanged', here: 3 })
    expect(to.journal.requests()).toHaveLength(1)
    expect(consult(place.store.root).violations).toEqual([])
  })

  it('mounts what was pulled from, or pushed to, another repository of that registry', async () => {
    const place = await here([app()])
    await place.pull('t/app:1')
    const near = await place.tag('t/app:1', place.registry.host, 'near:1')
    expect(await place.push(near)).toMatchObject({ mounted: 3, sent: { blobs: 0 } })
    expect(place.events.find(({ type }) => type === 'layer:mounted')).toMatchObject({ from: 't/app' })

    const to = await registryWith([])
    await place.push(await place.tag('t/app:1', to.host, 'one:1'))
    expect(await place.push(await place.tag('t/app:1', to.host, 'two:1'))).toMatchObject({ mounted: 3 })
  })

  it('takes what it remembers for a hint: what is not there any more is uploaded', async () => {
    const place = await here([app()])
    await place.pull('t/app:1')
    const to = await registryWith([])
    const digests = (await place.store.inspect(`${place.registry.host}/t/app:1`)).layers.map(({ digest }) => digest)
    await place.store.origins.remember({ host: to.host, repository: 'gone' }, digests)
    expect(await place.push(await place.tag('t/app:1', to.host, 'x:1'))).toMatchObject({
      mounted: 0,
      sent: { blobs: 3 },
    })
  })

  it('of a digest sets no tag', async () => {
    const place = await here([app()])
    const to = await registryWith([])
    await place.pull('t/app:1')
    const reference = parseReference(await place.tag('t/app:1', to.host, 'x/app:2'))
    const target = await place.store.resolve(reference)
    const pushed = await place.push(`${to.host}/x/app@${target?.digest}`)
    expect(pushed.digest).toBe(target?.digest)
    expect(to.repository('x/app').tags()).toEqual({})
    expect(to.repository('x/app').manifests()).toEqual([target?.digest])
  })

  it('of an index that is here in part says what is missing; one platform goes as it is, what is here as a new index', async () => {
    const place = await here([twoPlatforms()])
    const to = await registryWith([])
    await place.pull('t/app:1')
    const reference = await place.tag('t/app:1', to.host, 'x:1')
    const error = await failure(place.push(reference))
    expect(error).toMatchObject({ code: 'INDEX_INCOMPLETE', facts: { reference } })
    expect(error.message).toMatch(/^cannot push .*: of sha256:\S+ there is not here: linux\/arm64 \(sha256:\S+\)$/)
    const amd64 = { os: 'linux', architecture: 'amd64' }
    const one = await place.push(reference, { platforms: [amd64] })
    expect(one).toMatchObject({ made: false })
    expect(to.repository('x').tags()).toEqual({ 1: one.digest })
    const some = await place.push(reference, { onlyPresent: true })
    expect(some).toMatchObject({ made: true, sent: { blobs: 0 } })
    expect(to.repository('x').tags()).toEqual({ 1: some.digest })
    expect(some.digest).not.toBe(one.digest)
    await place.pull('t/app:1', { platform: 'linux/arm64' })
    expect(await place.push(reference)).toMatchObject({ made: false, status: 'copied' })
  })

  it('of an image that came as schema 1 is its OCI form, and says so', async () => {
    const place = await here([schema1('t/app:1').layer({ a: 'a' })])
    const to = await registryWith([])
    const { digest } = (await place.pull('t/app:1', { allowSchema1: true })) as { digest: string }
    const pushed = await place.push(await place.tag('t/app:1', to.host, 'x:1'))
    expect(pushed.digest).not.toBe(digest)
    expect(place.events.find(({ type }) => type === 'warning')).toMatchObject({ code: 'SCHEMA1_AS_OCI' })
    expect(to.repository('x').tags()).toEqual({ 1: pushed.digest })
  })

  it('of damaged content says that it is damaged here', async () => {
    const place = await here([app()])
    const to = await registryWith([])
    await place.pull('t/app:1')
    const [layer] = (await place.store.inspect(`${place.registry.host}/t/app:1`)).layers
    const path = `${place.store.root}/blobs/${layer?.digest.replace(':', '/')}`
    const bytes = await readFile(path)
    bytes[20] = ~(bytes[20] ?? 0) & 255
    await chmod(path, 0o600)
    await writeFile(path, bytes)
    const error = await failure(place.push(await place.tag('t/app:1', to.host, 'x:1')))
    expect(error).toMatchObject({ code: 'CONTENT_DAMAGED', facts: { digest: layer?.digest } })
    expect(error.hint).toContain('lading check')
    expect(to.repository('x').tags()).toEqual({})
  })

  it('of what is not here, or to where nobody may push, is an error in docker’s words', async () => {
    const place = await here([app()])
    expect(await failure(place.push('localhost:5000/none'))).toMatchObject({
      code: 'IMAGE_UNKNOWN',
      message: 'An image does not exist locally with the tag: localhost:5000/none:latest',
    })
    await place.pull('t/app:1')
    const to = await registryWith([], { auth: { kind: 'basic', username: 'alice', password: 'secret' } })
    const error = await failure(place.push(await place.tag('t/app:1', to.host, 'x:1')))
    expect(error).toMatchObject({ code: 'UNAUTHORIZED' })
    expect(error.message).toMatch(/^push access denied for .*\/x: /)
    expect(error.hint).toContain(`lading login ${to.host}`)
  })

  it('of two at once to one tag: each is whole, and the tag is one of them', async () => {
    const place = await here([app(), app('t/app:2').layer({ c: 'c' })])
    const to = await registryWith([])
    await place.pull('t/app:1')
    await place.pull('t/app:2')
    const other = await here([app('t/app:2').layer({ c: 'c' })])
    await other.pull('t/app:2')
    const [one, two] = await Promise.all([
      place.push(await place.tag('t/app:1', to.host, 'x:1')),
      other.push(await other.tag('t/app:2', to.host, 'x:1')),
    ])
    expect(one.digest).not.toBe(two.digest)
    expect([one.digest, two.digest]).toContain(to.repository('x').tags()['1'])
    expect(to.repository('x').manifests().toSorted()).toEqual([one.digest, two.digest].toSorted())
  })
})

describe('a push of all tags', () => {
  it('tries each, and lists what failed', async () => {
    const place = await here([app('t/app:1'), app('t/app:2').layer({ c: 'c' }), twoPlatforms()])
    const to = await registryWith([])
    await place.pull('t/app:2')
    await place.pull('t/app:1')
    await place.tag('t/app:2', to.host, 'x:two')
    await place.tag('t/app:1', to.host, 'x:part')
    const pushed = await pushAll(place, `${to.host}/x`, { clock: instantClock() })
    expect(pushed.images.map(({ reference }) => reference)).toEqual([`${to.host}/x:two`])
    expect(pushed.failed).toMatchObject([{ reference: `${to.host}/x:part`, error: { code: 'INDEX_INCOMPLETE' } }])
    expect(await failure(pushAll(place, `${to.host}/x:two`))).toMatchObject({ code: 'ALL_TAGS_WITH_TAG' })
    expect(await failure(pushAll(place, `${to.host}/none`))).toMatchObject({ code: 'IMAGE_UNKNOWN' })
  })
})
