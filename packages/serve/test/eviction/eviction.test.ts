import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Digest } from '@lading/digest'
import { digestOf } from '@lading/digest/hash'
import { parseReference } from '@lading/reference'
import { openMemoryStore } from '@lading/store/memory'
import type { Store } from '@lading/store'
import { describe, expect, it } from 'vitest'
import {
  createEviction,
  createInUse,
  createPins,
  defaultMaxSize,
  freeSpace,
  openLastUsed,
  pinnedContent,
  type Eviction,
  type InUse,
  type LastUsed,
} from '../../src/index.ts'
import { chooseForEviction } from '../../src/eviction/choose.ts'

const minute = 60_000

interface Cache {
  readonly store: Store
  readonly eviction: Eviction
  readonly lastUsed: LastUsed
  readonly inUse: InUse
  readonly pinned: Set<Digest>
  time: number
  /** Content that a server brought, used now. */
  bring(size: number): Promise<Digest>
  here(...digests: readonly Digest[]): Promise<readonly boolean[]>
}

async function cache(maxSize: number | ((taken: number) => number)): Promise<Cache> {
  const store = openMemoryStore()
  const pinned = new Set<Digest>()
  const inUse = createInUse()
  let count = 0
  const lastUsed = await openLastUsed(store.served, { now: () => made.time })
  const made: Cache = {
    store,
    lastUsed,
    inUse,
    pinned,
    time: 100 * minute,
    eviction: createEviction({
      records: store.served,
      contents: store.contents,
      discard: (digests) => store.discard(digests),
      lastUsed,
      inUse,
      pinned: () => Promise.resolve(pinned),
      maxSize: typeof maxSize === 'number' ? () => maxSize : maxSize,
    }),
    async bring(size) {
      const bytes = new Uint8Array(size).fill((count += 1))
      const digest = digestOf(bytes)
      await store.contents.put(digest, bytes)
      await store.served.put(`content/${digest.replace(':', '/')}`, new Uint8Array())
      lastUsed.touch(digest)
      made.time += minute
      return digest
    },
    here: (...digests) => Promise.all(digests.map(async (digest) => (await store.contents.stat(digest)) !== undefined)),
  }
  return made
}

describe('eviction', () => {
  it('leaves all where there is room', async () => {
    const { eviction, bring, here } = await cache(100)
    const [a, b] = [await bring(50), await bring(50)]
    expect(await eviction.run()).toEqual({ bytes: 0, digests: [], taken: 100 })
    expect(await here(a, b)).toEqual([true, true])
  })

  it('removes what was used least recently, no more than it must', async () => {
    const { eviction, bring, here, lastUsed } = await cache(100)
    const [a, b, c, d] = [await bring(30), await bring(30), await bring(30), await bring(30)]
    lastUsed.touch(a)
    expect(await eviction.run()).toEqual({ bytes: 30, digests: [b], taken: 90 })
    expect(await here(a, b, c, d)).toEqual([true, false, true, true])
    expect(await eviction.run()).toMatchObject({ bytes: 0, taken: 90 })
  })

  it('leaves what is being served, what is pinned, and what no server brought', async () => {
    const { eviction, bring, here, inUse, pinned, store } = await cache(1)
    const [a, b, c] = [await bring(30), await bring(30), await bring(30)]
    const own = new Uint8Array(30)
    await store.contents.put(digestOf(own), own)
    const release = inUse.hold(a)
    inUse.hold(a)()
    pinned.add(b)
    await eviction.run()
    expect(await here(a, b, c, digestOf(own))).toEqual([true, true, false, true])
    release()
    release()
    expect(inUse.has(a)).toBe(false)
    await eviction.run()
    expect(await here(a, b)).toEqual([false, true])
  })

  it('leaves what a lease keeps, and lets go of it as its own', async () => {
    const { eviction, bring, here, store } = await cache(1)
    const a = await bring(30)
    const lease = await store.lease()
    await lease.hold([a])
    expect(await eviction.run()).toEqual({ bytes: 0, digests: [], taken: 0 })
    expect(await here(a)).toEqual([true])
    await lease.release()
    await store.prune({ minAgeMs: 0 })
    expect(await here(a)).toEqual([false])
  })

  it('leaves what is brought anew between its choice and its removal', async () => {
    const { store, bring, here, lastUsed, inUse } = await cache(1)
    const a = await bring(30)
    const eviction = createEviction({
      records: store.served,
      contents: store.contents,
      async discard(digests) {
        await store.served.put(`content/${a.replace(':', '/')}`, new Uint8Array())
        return store.discard(digests)
      },
      lastUsed,
      inUse,
      pinned: () => Promise.resolve(new Set<Digest>()),
      maxSize: () => 1,
    })
    expect(await eviction.run()).toMatchObject({ digests: [] })
    expect(await here(a)).toEqual([true])
  })

  it('runs once for all who ask meanwhile', async () => {
    let asked = 0
    const { eviction } = await cache(() => (asked += 1))
    await Promise.all([eviction.run(), eviction.run()])
    expect(asked).toBe(1)
  })

  it('takes of what was used in one moment the largest first', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((text) => digestOf(new TextEncoder().encode(text))) as [
      Digest,
      Digest,
      Digest,
    ]
    const candidates = [
      { digest: a, size: 1, usedAt: 1 },
      { digest: b, size: 5, usedAt: 1 },
      { digest: c, size: 9, usedAt: 2 },
    ]
    expect(chooseForEviction(candidates, 2).map(({ digest }) => digest)).toEqual([b])
    expect(chooseForEviction(candidates, 0)).toEqual([])
    expect(chooseForEviction(candidates, 100)).toHaveLength(3)
  })

  it('leaves a fifth of the disk free by default', async () => {
    expect(defaultMaxSize(1000, 500)).toBe(1300)
    expect(await freeSpace(join(tmpdir(), 'not', 'here', 'yet'))).toBeGreaterThan(0)
  })
})

describe('when content was used last', () => {
  it('is written down for the next process, and only what has changed', async () => {
    const { store, lastUsed, bring } = await cache(1)
    const [a, b] = [await bring(1), await bring(2)]
    await lastUsed.flush()
    const next = await openLastUsed(store.served)
    expect([next.of(a), next.of(b)]).toEqual([100 * minute, 101 * minute])
    next.forget([a])
    await next.flush()
    expect((await openLastUsed(store.served)).of(a)).toBe(0)
  })

  it('is nothing where a note is no list', async () => {
    const store = openMemoryStore()
    await store.served.put('used/sha256-00', new TextEncoder().encode('sha256:00 1\nnonsense\n\n'))
    const used = await openLastUsed(store.served, { now: () => minute })
    const digest = digestOf(new Uint8Array())
    expect(used.of(digest)).toBe(0)
    used.touch(digest)
    await used.flush()
    expect((await openLastUsed(store.served)).of(digest)).toBe(minute)
  })

  it('is tried again where it could not be written', async () => {
    const { store } = await cache(1)
    let broken = true
    const records = {
      ...store.served,
      put: (key: string, bytes: Uint8Array) =>
        broken ? Promise.reject(new Error('full')) : store.served.put(key, bytes),
    }
    const used = await openLastUsed(records)
    const digest = digestOf(new Uint8Array())
    used.touch(digest)
    await used.flush()
    broken = false
    await used.flush()
    expect((await openLastUsed(store.served)).of(digest)).toBeGreaterThan(0)
  })
})

describe('pins', () => {
  it('are added and removed by reference, and survive what is no pin', async () => {
    const { served } = openMemoryStore()
    const pins = createPins(served)
    const [alpine, app] = [parseReference('alpine:3'), parseReference('ghcr.io/acme/app:1')]
    expect([await pins.add(app), await pins.add(alpine), await pins.add(alpine)]).toEqual([true, true, false])
    await served.put('pins/nonsense', new TextEncoder().encode('{}'))
    expect((await pins.list()).map(String)).toEqual(['docker.io/library/alpine:3', 'ghcr.io/acme/app:1'])
    expect([await pins.remove(app), await pins.remove(app)]).toEqual([true, false])
    expect((await pins.list()).map(String)).toEqual(['docker.io/library/alpine:3'])
  })

  it('keep what they stand for and all that it names, of what is here', async () => {
    const { served } = openMemoryStore()
    const pins = createPins(served)
    await pins.add(parseReference('alpine:3'))
    await pins.add(parseReference('never:1'))
    const digestOfText = (text: string): Digest => digestOf(new TextEncoder().encode(text))
    const [config, layer] = [digestOfText('config'), digestOfText('layer')]
    const manifest = new TextEncoder().encode(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: config, size: 6 },
        layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: layer, size: 5 }],
      }),
    )
    const target = {
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      digest: digestOf(manifest),
      size: manifest.byteLength,
    }
    const kept = (document: Uint8Array | undefined): Promise<ReadonlySet<Digest>> =>
      pinnedContent({
        pins,
        resolve: ({ tag }) => Promise.resolve(tag === '3' ? target : undefined),
        source: {
          document: (descriptor) =>
            Promise.resolve(document === undefined ? undefined : { descriptor, bytes: document }),
        },
      })
    expect(await kept(manifest)).toEqual(new Set([target.digest, config, layer]))
    expect(await kept(undefined)).toEqual(new Set([target.digest]))
    expect(await kept(new TextEncoder().encode('{'))).toEqual(new Set([target.digest]))
  })
})
