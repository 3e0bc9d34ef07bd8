import { createMemoryContent, type Source } from '@lading/content'
import { digestOf } from '@lading/digest/hash'
import { openMemoryStore } from '@lading/store/memory'
import { OCI_CONFIG, OCI_INDEX, OCI_LAYER, OCI_MANIFEST, type Descriptor } from '@lading/manifest'
import { parseReference } from '@lading/reference'
import { RegistryError, TransportError } from '@lading/registry-client'
import { describe, expect, it } from 'vitest'
import type { Upstream } from '../../src/index.ts'
import { startCache } from '../support/cache.ts'

/** An upstream in memory that can be told to fail. */
function scripted(): {
  readonly upstream: Upstream
  readonly asked: string[]
  push(tag: string, text: string): Promise<Descriptor>
  fail(error: unknown, verb?: keyof Source): void
  heal(): void
  /** From now on nothing is answered. */
  stall(): void
} {
  const content = createMemoryContent()
  const asked: string[] = []
  let failure: { readonly error: unknown; readonly verb: keyof Source | undefined } | undefined
  let stalled = false
  const ask = async (verb: keyof Source, what: string): Promise<void> => {
    asked.push(`${verb} ${what}`)
    if (stalled) await new Promise(() => {})
    if (failure !== undefined && (failure.verb ?? verb) === verb) throw failure.error
  }
  const source: Source = {
    ...content,
    async resolve(name, options) {
      await ask('resolve', name)
      return content.resolve(name, options)
    },
    async document(descriptor, options) {
      await ask('document', descriptor.digest)
      return content.document(descriptor, options)
    },
    async stat(digest, options) {
      await ask('stat', digest)
      return content.stat(digest, options)
    },
    async *referrers(subject) {
      await ask('referrers', subject)
      yield { mediaType: OCI_MANIFEST, digest: subject, size: 1, artifactType: 'a/b' }
      yield { mediaType: OCI_MANIFEST, digest: subject, size: 2, artifactType: 'c/d' }
    },
  }
  return {
    asked,
    upstream: {
      host: 'registry.test',
      withCredentials: false,
      repository: () => source,
      async tags(name, { n = 100, last = '' } = {}) {
        asked.push(`tags ${name}`)
        if (failure !== undefined) throw failure.error
        const all = ['a', 'b', 'c', 'd'].filter((tag) => tag > last)
        return { tags: all.slice(0, n), more: all.length > n }
      },
    },
    async push(tag, text) {
      const encode = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))
      const config = content.put(OCI_CONFIG, encode({ os: 'linux', architecture: 'amd64', text }))
      const layer = content.put(OCI_LAYER, encode(text))
      const bytes = encode({ schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers: [layer] })
      const target = content.put(OCI_MANIFEST, bytes)
      const delivery = await content.begin()
      await delivery.publish({ target, names: [tag], documents: [{ descriptor: target, bytes }] })
      await delivery.finish()
      return target
    },
    fail: (error, verb) => void (failure = { error, verb }),
    heal: () => void (failure = undefined),
    stall: () => void (stalled = true),
  }
}

const path = '/v2/t/app/manifests/1'
const answered = (
  status: number,
  code: 'UNEXPECTED_STATUS' | 'DENIED' | 'MANIFEST_UNKNOWN' | 'TOO_MANY_REQUESTS',
): Error => new RegistryError(code, 'said so', { status, retryAfterMs: status === 429 ? 7000 : undefined })
const start = async (): Promise<ReturnType<typeof scripted> & { cache: Awaited<ReturnType<typeof startCache>> }> => {
  const given = scripted()
  const cache = await startCache([], { upstreams: [given.upstream], defaultUpstream: 'registry.test' })
  return { ...given, cache }
}
const digestIn = ({ headers }: Response): string | null => headers.get('docker-content-digest')

describe('a tag', () => {
  it('is asked for again when its time is over, and what it is then is served', async () => {
    const { cache, push, asked } = await start()
    await using _ = cache
    const one = await push('1', 'one')
    expect(digestIn(await cache.get(path))).toBe(one.digest)
    const two = await push('1', 'two')
    cache.advance(59_000)
    const young = await cache.get(path)
    expect([digestIn(young), young.headers.get('age')]).toEqual([one.digest, '59'])
    expect(asked.filter((each) => each === 'resolve 1')).toHaveLength(1)
    cache.advance(2000)
    expect(digestIn(await cache.get(path))).toBe(two.digest)
    expect(await cache.known(parseReference('registry.test/t/app:1'))).toEqual(two)
  })

  it('is asked for once, however many want it', async () => {
    const { cache, push, asked } = await start()
    await using _ = cache
    await push('1', 'one')
    const all = await Promise.all(Array.from({ length: 8 }, () => cache.get(path)))
    expect(all.map(({ status }) => status)).toEqual(Array(8).fill(200))
    expect(asked).toHaveLength(2)
  })

  it.each([
    [answered(500, 'UNEXPECTED_STATUS')],
    [answered(503, 'UNEXPECTED_STATUS')],
    [answered(408, 'UNEXPECTED_STATUS')],
    [answered(429, 'TOO_MANY_REQUESTS')],
    [new TransportError('CONNECTION_REFUSED', 'nobody')],
    [new TransportError('TIMEOUT', 'late')],
  ])('is served as it was when the upstream cannot be asked, and says so: %s', async (error) => {
    const { cache, push, fail, heal } = await start()
    await using _ = cache
    const one = await push('1', 'one')
    await cache.get(path)
    const two = await push('1', 'two')
    cache.advance(100_000)
    fail(error)
    const stale = await cache.get(path)
    expect([stale.status, digestIn(stale), stale.headers.get('age')]).toEqual([200, one.digest, '100'])
    expect(stale.headers.get('warning')).toMatch(/^110 /)
    expect(cache.events).toContainEqual(expect.objectContaining({ type: 'stale', tag: '1', ageMs: expect.any(Number) }))
    // It has moved, and what it is now cannot be had.
    heal()
    fail(error, 'document')
    expect(digestIn(await cache.get(path))).toBe(one.digest)
    heal()
    expect(digestIn(await cache.get(path))).toBe(two.digest)
  })

  it.each([
    [answered(401, 'DENIED'), 403, 'DENIED'],
    [answered(403, 'DENIED'), 403, 'DENIED'],
    // Some say 403 and mean 429.
    [answered(403, 'TOO_MANY_REQUESTS'), 429, 'TOOMANYREQUESTS'],
    [answered(404, 'MANIFEST_UNKNOWN'), 404, 'MANIFEST_UNKNOWN'],
    [new RegistryError('BAD_RESPONSE', 'a web page', { status: 200 }), 502, 'UNAVAILABLE'],
    [new TransportError('TLS_REFUSED', 'expired'), 502, 'UNAVAILABLE'],
  ])('is not served as it was after %s', async (error, status, code) => {
    const { cache, push, fail } = await start()
    await using _ = cache
    await push('1', 'one')
    await cache.get(path)
    cache.advance(100_000)
    fail(error)
    const refused = await cache.get(path)
    expect([refused.status, await refused.json()]).toEqual([status, { errors: [expect.objectContaining({ code })] }])
    expect(refused.headers.get('www-authenticate')).toBeNull()
  })

  it('that was refused or has gone is not served later either, when nobody can be asked', async () => {
    for (const error of [answered(403, 'DENIED'), answered(404, 'MANIFEST_UNKNOWN')]) {
      const { cache, push, fail } = await start()
      await using _ = cache
      await push('1', 'one')
      await cache.get(path)
      cache.advance(100_000)
      fail(error)
      await cache.get(path)
      cache.advance(100_000)
      fail(new TransportError('TIMEOUT', 'late'))
      expect((await cache.get(path)).status).toBe(504)
    }
  })

  it('that is not there is asked for again after ten seconds, and other failures at once', async () => {
    const { cache, push, fail, heal, asked } = await start()
    await using _ = cache
    expect((await cache.get(path)).status).toBe(404)
    await push('1', 'one')
    expect((await cache.get(path)).status).toBe(404)
    expect(asked).toEqual(['resolve 1'])
    cache.advance(10_001)
    fail(answered(500, 'UNEXPECTED_STATUS'))
    expect((await cache.get(path)).status).toBe(502)
    heal()
    expect((await cache.get(path)).status).toBe(200)
    // What an upstream does not have is an answer, and no failure that somebody should be told of.
    expect(cache.events.filter(({ type }) => type === 'upstream:failed')).toEqual([
      expect.objectContaining({ code: 'UNEXPECTED_STATUS' }),
    ])
  })

  it('is served as it was when its upstream takes long to answer', async () => {
    const given = scripted()
    const clock = { sleep: () => Promise.resolve() }
    await using cache = await startCache([], { upstreams: [given.upstream], defaultUpstream: 'registry.test', clock })
    const one = await given.push('1', 'one')
    await cache.get(path)
    cache.advance(100_000)
    given.stall()
    const stale = await cache.get(path)
    expect([stale.status, digestIn(stale), stale.headers.get('lading-stale')]).toEqual([200, one.digest, 'unavailable'])
  })

  it('tells when to come again', async () => {
    const { cache, fail } = await start()
    await using _ = cache
    fail(answered(429, 'TOO_MANY_REQUESTS'))
    const busy = await cache.get(path)
    expect([busy.status, busy.headers.get('retry-after')]).toEqual([429, '7'])
  })
})

describe('lists', () => {
  it('of tags come in pages, with relative links that keep what was asked', async () => {
    const { cache } = await start()
    await using _ = cache
    const pages: unknown[] = []
    let next: string | undefined = '/v2/registry.test/t/app/tags/list?n=3'
    while (next !== undefined) {
      const page: Response = await cache.get(next)
      pages.push(await page.json())
      next = /^<([^>]*)>; rel="next"$/.exec(page.headers.get('link') ?? '')?.[1]
    }
    expect(pages).toEqual([
      { name: 'registry.test/t/app', tags: ['a', 'b', 'c'] },
      { name: 'registry.test/t/app', tags: ['d'] },
    ])
    const named = await cache.get('/v2/t/app/tags/list?n=1&ns=registry.test')
    expect(named.headers.get('link')).toBe('</v2/t/app/tags/list?n=1&last=a&ns=registry.test>; rel="next"')
    const none = await cache.get('/v2/t/app/tags/list?n=0')
    expect([await none.json(), none.headers.get('link')]).toEqual([{ name: 't/app', tags: [] }, null])
  })

  it('of tags are kept as tags are, a whole one over a restart too, and not after a no', async () => {
    const given = scripted()
    const store = openMemoryStore()
    const options = { upstreams: [given.upstream], defaultUpstream: 'registry.test', store }
    const list = '/v2/t/app/tags/list'
    const askedFor = (): number => given.asked.filter((each) => each === 'tags t/app').length
    {
      await using cache = await startCache([], options)
      for (const query of ['', '?n=2', '', '?n=2']) expect((await cache.get(list + query)).status).toBe(200)
      expect(askedFor()).toBe(2)
      cache.advance(61_000)
      expect((await cache.get(list)).headers.get('age')).toBe('0')
      expect(askedFor()).toBe(3)
    }
    given.fail(new TransportError('TIMEOUT', 'late'))
    await using cache = await startCache([], options)
    cache.advance(200_000)
    const stale = await cache.get(list)
    expect(await stale.json()).toEqual({ name: 't/app', tags: ['a', 'b', 'c', 'd'] })
    expect([stale.headers.get('warning'), stale.headers.get('lading-stale')]).toEqual([
      '110 - "Response is Stale"',
      'timeout',
    ])
    expect(cache.events).toContainEqual(expect.objectContaining({ type: 'stale', need: 'tags', repository: 't/app' }))
    // Half of a list is kept in memory alone.
    expect((await cache.get(`${list}?n=2`)).status).toBe(504)
    given.fail(answered(403, 'DENIED'))
    expect((await cache.get(list)).status).toBe(403)
    given.fail(new TransportError('TIMEOUT', 'late'))
    expect((await cache.get(list)).status).toBe(504)
  })

  it('of referrers are an index, filtered here, remembered, and stale when nobody can be asked', async () => {
    const { cache, asked, fail } = await start()
    await using _ = cache
    const subject = digestOf(new Uint8Array(3))
    const get = (query = ''): Promise<Response> => cache.get(`/v2/t/app/referrers/${subject}${query}`)
    const all = await get()
    expect(all.headers.get('content-type')).toBe(OCI_INDEX)
    expect(await all.json()).toMatchObject({
      schemaVersion: 2,
      mediaType: OCI_INDEX,
      manifests: [{ size: 1 }, { size: 2 }],
    })
    const some = await get('?artifactType=c%2Fd')
    expect(some.headers.get('oci-filters-applied')).toBe('artifactType')
    expect(await some.json()).toMatchObject({ manifests: [{ size: 2 }] })
    expect(asked).toHaveLength(1)
    cache.advance(61_000)
    fail(new TransportError('TIMEOUT', 'late'))
    expect((await get()).headers.get('warning')).toMatch(/^110 /)
    fail(answered(403, 'DENIED'))
    expect((await get()).status).toBe(403)
    fail(new TransportError('TIMEOUT', 'late'))
    expect((await get()).status).toBe(504)
  })
})
