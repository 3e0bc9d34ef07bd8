import { createRegistryClient } from '@lading/registry-client'
import { image, startTestRegistry } from '@lading/test-registry'
import { expect, it } from 'vitest'
import { registryUpstream } from '../../src/index.ts'

it.each([false, true])(
  'a registry gives its tags in pages, also one that knows neither n nor last: %s',
  async (ignores) => {
    const images = ['a', 'b', 'c'].map((tag) => image(`t/app:${tag}`).layer({ tag }))
    await using registry = await startTestRegistry({ images })
    if (ignores) registry.addFault({ on: 'tags', then: 'ignore-query' })
    const client = createRegistryClient({ via: 'own-name' })
    const upstream = registryUpstream(client, { host: registry.host })
    expect(await upstream.tags('t/app')).toEqual({ tags: ['a', 'b', 'c'], more: false })
    expect(await upstream.tags('t/app', { n: 2 })).toEqual({ tags: ['a', 'b'], more: true })
    expect(await upstream.tags('t/app', { n: 2, last: 'b' })).toEqual({ tags: ['c'], more: false })
    expect(await upstream.tags('t/app', { n: 1, last: 'c' })).toEqual({ tags: [], more: false })
    expect(registry.journal.requests()[0]?.headers).toMatchObject({ via: '1.1 own-name' })
    await client.close()
  },
)
