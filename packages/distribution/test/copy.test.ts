import { createMemoryContent, type Source, type Target } from '@lading/content'
import { digestOf } from '@lading/digest/hash'
import {
  startTestRegistry,
  image,
  index,
  type Seedable,
  type TestRegistry,
  type TestRegistryOptions,
  type Fault,
} from '@lading/test-registry'
import { createRegistryClient, type RegistryClient } from '@lading/registry-client'
import { describe, expect, it, onTestFinished } from 'vitest'
import { copy, findReferrers, type CopyEvent, type CopyOptions } from '../src/index.ts'
import { failure, instantClock } from './scene.ts'

interface Place {
  readonly registry: TestRegistry
  readonly client: RegistryClient
  source(name?: string): Source
  target(name?: string): Target
}

async function registryWith(images: readonly Seedable[], options: TestRegistryOptions = {}): Promise<Place> {
  const registry = await startTestRegistry({ ...options, images })
  const client = createRegistryClient({ clock: instantClock() })
  onTestFinished(async () => {
    await client.close()
    await registry.close()
  })
  const repository = (name: string) => client.repository(`${registry.host}/${name}`)
  return {
    registry,
    client,
    source: (name = 't/app') => repository(name).source(),
    target: (name = 't/copy') => repository(name).target(),
  }
}

/** One for three platforms; a layer is in all of them. */
const three = (name = 't/app:1') => {
  const shared = { 'etc/motd': 'hello' }
  const of = (platform: string) =>
    image()
      .platform(platform)
      .layer(shared)
      .layer({ [`bin/${platform}`]: 'x' })
  return index(name).add(of('linux/amd64')).add(of('linux/arm64')).add(of('linux/s390x'))
}
const instant = (options: CopyOptions = {}): CopyOptions => ({ clock: instantClock(), ...options })
const requests = ({ registry }: Place): string[] =>
  registry.journal.requests().map(({ method, kind, status }) => `${method} ${kind} ${status ?? '-'}`)

describe('copying', () => {
  it('brings an index whole, names it last, and once more is one question', async () => {
    const from = await registryWith([three()])
    const to = await registryWith([])
    const events: CopyEvent[] = []
    const first = await copy(
      from.source(),
      to.target(),
      '1',
      instant({ names: ['a', 'b'], onEvent: (event) => events.push(event) }),
    )
    const { digest } = await from.source().resolve('1')
    expect(first).toMatchObject({ target: { digest }, status: 'copied', made: false, mounted: 0, here: 0, skipped: 0 })
    expect(first.sent.blobs).toBe(7)
    expect(to.registry.repository('t/copy').tags()).toEqual({ a: digest, b: digest })
    expect(new Set(to.registry.repository('t/copy').blobs())).toEqual(
      new Set(from.registry.repository('t/app').blobs()),
    )
    const puts = to.registry.journal.requests({ kind: 'manifest', method: 'PUT' })
    expect(puts.map(({ path }) => path.includes('tag=b'))).toEqual([false, false, false, true])
    expect(events.filter(({ type }) => type === 'layer:sent')).toHaveLength(4)

    to.registry.journal.clear()
    from.registry.journal.clear()
    const second = await copy(from.source(), to.target(), '1', instant({ names: ['a'] }))
    expect(second).toMatchObject({ status: 'unchanged', sent: { blobs: 0, bytes: 0 }, here: 0 })
    expect(requests(to)).toEqual(['HEAD manifest 200'])
    expect(requests(from)).toEqual(['HEAD manifest 200'])
  })

  it('of a tag that moves meanwhile is what it pointed to first, whole', async () => {
    const from = await registryWith([three(), image('t/app:next').layer({ other: 'image' })])
    const to = await registryWith([])
    const { digest } = await from.source().resolve('1')
    const move = (): void => {
      const there = from.registry.repository('t/app')
      there.tag('1', there.tags()['next'] ?? digest)
    }
    from.registry.journal.clear()
    from.registry.journal.subscribe((entry) => {
      if (entry?.kind === 'manifest' && entry.target === '1' && entry.finished) move()
    })
    const copied = await copy(from.source(), to.target(), '1', instant({ names: ['1'] }))
    expect(copied.target.digest).toBe(digest)
    expect(from.registry.repository('t/app').tags()['1']).not.toBe(digest)
    expect(to.registry.repository('t/copy').tags()).toEqual({ 1: digest })
    expect(to.registry.repository('t/copy').manifests()).toHaveLength(4)
    expect(from.registry.journal.requests({ kind: 'manifest', target: '1' })).toHaveLength(1)
  })

  it('mounts what is in another repository of the same registry, and reads none of it', async () => {
    const place = await registryWith([three()])
    const copied = await copy(place.source(), place.target(), '1', instant({ names: ['1'] }))
    expect(copied).toMatchObject({ mounted: 7, sent: { blobs: 0 } })
    expect(place.registry.journal.requests({ kind: 'blob', method: 'GET', status: 200 })).toEqual([])
  })

  it('sends the largest first, and no more at once than is allowed', async () => {
    const memory = createMemoryContent()
    const from = await registryWith([image('t/app:1').randomLayer(1000).randomLayer(90_000).randomLayer(30_000)])
    await copy(from.source(), memory, '1', instant({ names: ['app'] }))
    const to = await registryWith([])
    await copy(memory, to.target(), 'app', instant({ names: ['1'], jobs: 1 }))
    const lengths = to.registry.journal
      .requests({ kind: 'upload', method: 'PUT' })
      .map(({ headers }) => Number(headers['content-length']))
    expect(lengths).toEqual(lengths.toSorted((a, b) => b - a))
  })
})

/** Content of a registry's image in memory, to be sent from there. */
async function memoryWith(seeded: Seedable, name = 't/app'): Promise<ReturnType<typeof createMemoryContent>> {
  const from = await registryWith([seeded])
  const memory = createMemoryContent()
  await copy(from.source(name), memory, '1', instant({ names: ['app'] }))
  return memory
}

describe('what refers to an image', () => {
  it('is brought along up to a thousand, in a row or beside each other, and more is an error', async () => {
    const memory = await memoryWith(image('t/app:1').layer({ a: 'a' }))
    const target = await memory.resolve('app')
    const nth = (at: number): typeof target => ({ ...target, digest: digestOf(new TextEncoder().encode(String(at))) })
    let count = 0
    const inARow = (each: number): Source => ({
      ...memory,
      async *referrers() {
        for (let given = 0; given < each; given++) yield nth(count++)
      },
    })
    for (const each of [1, 600, 5000]) {
      const found: unknown[] = []
      const all = async (): Promise<void> => {
        for await (const one of findReferrers(inARow(each), [target.digest])) found.push(one)
      }
      expect(await failure(all())).toMatchObject({ code: 'REFERRERS_TOO_MANY' })
      expect(found).toHaveLength(1000)
    }
  })
})

describe('a part of an index', () => {
  it('is one manifest as it is, or a new index that keeps what the old one says of the others', async () => {
    const memory = await memoryWith(three().indexMembers({ annotations: { a: 'b' } }))
    const whole = await memory.resolve('app')
    const amd64 = { os: 'linux', architecture: 'amd64' }
    const s390x = { os: 'linux', architecture: 's390x' }
    const to = await registryWith([])
    const one = await copy(memory, to.target(), 'app', instant({ names: ['one'], platforms: [amd64] }))
    expect(one).toMatchObject({ made: false, target: { mediaType: 'application/vnd.oci.image.manifest.v1+json' } })
    const two = await copy(memory, to.target(), 'app', instant({ names: ['two'], platforms: [s390x, amd64] }))
    expect(two.made).toBe(true)
    expect(two.target.digest).not.toBe(whole.digest)
    const { manifest, bytes } = await to.client.repository(`${to.registry.host}/t/copy`).manifests.get('two')
    expect(JSON.parse(new TextDecoder().decode(bytes))).toMatchObject({ annotations: { a: 'b' } })
    expect(manifest.kind === 'index' && manifest.manifests.map(({ platform }) => platform?.architecture)).toEqual([
      'amd64',
      's390x',
    ])
    const again = await copy(memory, to.target(), 'app', instant({ names: ['two'], platforms: [amd64, s390x] }))
    expect(again).toMatchObject({ status: 'unchanged', target: two.target })
    const all = [amd64, s390x, { os: 'linux', architecture: 'arm64' }]
    expect((await copy(memory, to.target(), 'app', instant({ platforms: all }))).target.digest).toBe(whole.digest)
    for (const [options, code] of [
      [{ platforms: [{ os: 'linux', architecture: 'riscv64' }] }, 'PLATFORM_UNAVAILABLE'],
      [{ platforms: [amd64, s390x], preserveDigests: true }, 'DIGESTS_WOULD_CHANGE'],
    ] as const)
      expect(await failure(copy(memory, to.target(), 'app', instant(options)))).toMatchObject({ code })
  })

  it('that is all there is here is an error that lists the others, or a new index of it', async () => {
    const memory = await memoryWith(three())
    const whole = await memory.document(await memory.resolve('app'))
    const children = (JSON.parse(new TextDecoder().decode(whole?.bytes)) as { manifests: { digest: string }[] })
      .manifests
    const gone = children.slice(1).map(({ digest }) => digest)
    const source: Source = {
      ...memory,
      document: async (descriptor, options) =>
        gone.includes(descriptor.digest) ? undefined : memory.document(descriptor, options),
    }
    const to = await registryWith([])
    const error = await failure(copy(source, to.target(), 'app', instant({ names: ['1'] })))
    expect(error).toMatchObject({ code: 'INDEX_INCOMPLETE' })
    expect(error.message).toMatch(/linux\/arm64 \(sha256:[0-9a-f]+\), linux\/s390x/)
    expect(error.hint).toContain('--only-present')
    expect(to.registry.journal.entries).toEqual([])
    const some = await copy(source, to.target(), 'app', instant({ names: ['1'], onlyPresent: true }))
    expect(some).toMatchObject({ made: true, sent: { blobs: 3 } })
    // A place that may lack children gets the index itself.
    const place = createMemoryContent({ partialIndex: true })
    expect((await copy(source, place, 'app', instant({ names: ['x'] }))).made).toBe(false)
    expect((await place.resolve('x')).digest).toBe((await memory.resolve('app')).digest)
  })

  it('keeps the attestations of the images that it keeps, and no others', async () => {
    const attested = (platform: string, of: string) =>
      image()
        .platform('unknown/unknown')
        .layer({ [platform]: of })
    const [a, b] = [
      image().platform('linux/amd64').layer({ a: 'a' }),
      image().platform('linux/arm64').layer({ b: 'b' }),
    ]
    const digests = (await registryWith([])).registry
    const first = await digests.seed(index('t/app:1').add(a).add(b))
    const [one = '', two = ''] = first.manifests.map(({ digest }) => digest)
    const note = (digest: string) => ({
      members: {
        annotations: { 'vnd.docker.reference.digest': digest, 'vnd.docker.reference.type': 'attestation-manifest' },
      },
    })
    const memory = await memoryWith(
      index('t/app:1').add(a).add(b).add(attested('one', one), note(one)).add(attested('two', two), note(two)),
    )
    const onlyOne: Source = {
      ...memory,
      document: async (descriptor, options) =>
        descriptor.digest === two ? undefined : memory.document(descriptor, options),
    }
    const to = await registryWith([])
    await copy(onlyOne, to.target(), 'app', instant({ names: ['1'], onlyPresent: true }))
    const { manifest } = await to.client.repository(`${to.registry.host}/t/copy`).manifests.get('1')
    expect(manifest.kind === 'index' && manifest.manifests.map(({ digest }) => digest)).toEqual([
      one,
      expect.not.stringMatching(two),
    ])
  })
})

describe('what is in the way', () => {
  const app = (): ReturnType<typeof image> => image('t/app:1').randomLayer(200_000).randomLayer(300_000)
  it('is a source that breaks off: it goes on where the target is, through the same count of attempts', async () => {
    const from = await registryWith([app()])
    const to = await registryWith([])
    const cut = (afterBytes: number, nth: number): Fault => ({
      on: 'blob',
      method: 'GET',
      nth,
      afterBytes,
      then: 'reset',
    })
    from.registry.addFault(cut(150_000, 1))
    from.registry.addFault(cut(20_000, 2))
    const { target } = await copy(from.source(), to.target(), '1', instant({ names: ['1'], jobs: 1 }))
    expect(to.registry.repository('t/copy').tags()).toEqual({ 1: target.digest })
    const ranges = from.registry.journal.requests({ kind: 'blob', method: 'GET' }).map(({ range }) => range)
    expect(ranges.some((range) => range !== undefined && range !== 'bytes=0-')).toBe(true)

    from.registry.addFault({ on: 'blob', method: 'GET', then: 'reset' })
    const attempts: number[] = []
    const onEvent = (event: CopyEvent): void => void (event.type === 'layer:retry' && attempts.push(event.attempt))
    const copying = copy(from.source(), to.target('t/other'), '1', instant({ names: ['1'], jobs: 1, onEvent }))
    expect(await failure(copying)).toMatchObject({ code: 'CONNECTION_LOST' })
    expect(Math.max(...attempts)).toBe(4)
    expect(to.registry.repository('t/other').tags()).toEqual({})
  })

  it('is damage here, where bytes were verified when they came: it is said, and not blamed on the registry', async () => {
    const memory = await memoryWith(app())
    const damage = Object.assign(new Error('it is damaged'), { code: 'CONTENT_DAMAGED' })
    const source: Source = {
      ...memory,
      verified: true,
      async send(descriptor, sink) {
        await sink.begin({ start: 0, source: 'here' })
        await sink.write(new Uint8Array(descriptor.size))
      },
      // eslint-disable-next-line require-yield
      async *open() {
        throw damage
      },
    }
    const to = await registryWith([])
    expect(await failure(copy(source, to.target(), 'app', instant()))).toBe(damage)
  })

  it('is what somebody aborts, at any time: his reason, no name, and no upload that is left open', async () => {
    const memory = await memoryWith(app())
    for (const type of ['copy', 'layer:preparing', 'layer:sending', 'layer:sent', 'config:sent'] as const) {
      const to = await registryWith([])
      const controller = new AbortController()
      const reason = new Error(`stop at ${type}`)
      if (type === 'layer:sending')
        to.registry.addFault({ on: 'upload', method: 'PUT', afterRequestBytes: 150_000, then: 'stall' })
      const onEvent = (event: CopyEvent): void => void (event.type === type && controller.abort(reason))
      const copying = copy(memory, to.target(), 'app', instant({ names: ['1'], signal: controller.signal, onEvent }))
      expect(await failure(copying)).toBe(reason)
      expect(to.registry.repository('t/copy').tags()).toEqual({})
      const { journal } = to.registry
      const ended = journal.requests({ kind: 'upload', method: 'PUT', status: 201 }).length
      const cancelled = journal.requests({ kind: 'upload', method: 'DELETE', status: 204 }).length
      expect(ended + cancelled).toBeGreaterThanOrEqual(
        journal.requests({ kind: 'upload', method: 'POST', status: 202 }).length,
      )
    }
  })

  it('is a hook or a listener that throws: that ends it', async () => {
    const memory = await memoryWith(app())
    const wrong = new Error('the hook is wrong')
    const thrower = (): never => {
      throw wrong
    }
    for (const options of [{ hooks: { before: thrower } }, { hooks: { after: thrower } }, { onEvent: thrower }]) {
      const to = await registryWith([])
      expect(await failure(copy(memory, to.target(), 'app', instant({ names: ['1'], ...options })))).toBe(wrong)
      expect(to.registry.repository('t/copy').tags()).toEqual({})
    }
  })

  it('is schema 1: it is not copied as it is', async () => {
    const { schema1 } = await import('@lading/test-registry')
    const from = await registryWith([schema1('t/app:1').layer({ a: 'a' })])
    const to = createMemoryContent()
    expect(await failure(copy(from.source(), to, '1', instant()))).toMatchObject({ code: 'SCHEMA1_NOT_COPIED' })
  })
})

describe('layers that are not to be distributed', () => {
  it('are named and not sent, unless somebody wants it', async () => {
    const foreign = 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip'
    const memory = await memoryWith(image('t/app:1').layer({ base: 'x' }, { mediaType: foreign }).layer({ own: 'y' }))
    const to = await registryWith([])
    const skipped: string[] = []
    const hooks = { skipped: ({ mediaType }: { readonly mediaType: string }) => void skipped.push(mediaType) }
    const first = await copy(memory, to.target(), 'app', instant({ names: ['1'], hooks }))
    expect(first).toMatchObject({ sent: { blobs: 2 }, skipped: 1 })
    expect(skipped).toEqual([foreign])
    expect(to.registry.repository('t/copy').blobs()).toHaveLength(2)
    const all = await copy(memory, to.target('t/all'), 'app', instant({ names: ['1'], includeForeign: true }))
    expect(all).toMatchObject({ sent: { blobs: 3 }, skipped: 0 })
    expect(to.registry.repository('t/all').blobs()).toHaveLength(3)
  })
})
