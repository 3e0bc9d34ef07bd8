import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rateLimitOf } from '../src/headers/rate-limit.ts'
import { clientOf } from './support/client.ts'
import { manifestOf, manifestType } from './support/image.ts'
import { bytes, serve } from './support/scripted-server.ts'

const of = (headers: Record<string, string>): unknown =>
  rateLimitOf({ get: (name) => headers[name.toLowerCase()] ?? null })

describe('rate limit headers', () => {
  it.each<[string, Record<string, string>, unknown]>([
    ['none', {}, undefined],
    [
      'as Docker Hub sends them',
      { 'ratelimit-limit': '100;w=21600', 'ratelimit-remaining': '76;w=21600', 'docker-ratelimit-source': '192.0.2.1' },
      { limit: 100, remaining: 76, windowMs: 21_600_000 },
    ],
    [
      'draft 03, three headers',
      { 'ratelimit-limit': '10, 10;w=1, 50;w=60', 'ratelimit-remaining': '9', 'ratelimit-reset': '50' },
      { limit: 10, remaining: 9, resetMs: 50_000 },
    ],
    [
      'draft 07, one header',
      { ratelimit: 'limit=100, remaining=50, reset=5', 'ratelimit-policy': '100;w=60' },
      { limit: 100, remaining: 50, resetMs: 5000, windowMs: 60_000 },
    ],
    [
      'draft 08, with a policy',
      { ratelimit: '"default";r=50;t=30', 'ratelimit-policy': '"default";q=100;w=60' },
      { limit: 100, remaining: 50, resetMs: 30_000, windowMs: 60_000 },
    ],
    [
      'two policies: the tighter one',
      { ratelimit: '"hour";r=500, "minute";r=3;t=9', 'ratelimit-policy': '"hour";q=1000;w=3600, "minute";q=20;w=60' },
      { limit: 20, remaining: 3, resetMs: 9000, windowMs: 60_000 },
    ],
    ['a policy nobody described', { ratelimit: '"default";r=0' }, { remaining: 0 }],
    [
      'blanks and capitals',
      { 'ratelimit-limit': ' 100 ; W = 60 ', 'ratelimit-remaining': ' 5 ' },
      { limit: 100, remaining: 5, windowMs: 60_000 },
    ],
    ['a limit alone says nothing', { 'ratelimit-limit': '100' }, undefined],
    ['rubbish', { 'ratelimit-limit': 'many', 'ratelimit-remaining': '-1' }, undefined],
    ['numbers no counter has', { 'ratelimit-remaining': '9'.repeat(30) }, undefined],
  ])('%s', (_what, headers, expected) => {
    expect(of(headers)).toEqual(expected)
  })

  it('never throw, whatever they say, and count in whole numbers', () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: fc.constantFrom('r', 'q', 'w', 't', '=', ';', ',', '"', '1', ' ', 'remaining') }),
    )
    fc.assert(
      fc.property(
        fc.record({ ratelimit: text, 'ratelimit-policy': text, 'ratelimit-remaining': text }, { requiredKeys: [] }),
        (headers) => {
          const said = rateLimitOf({ get: (name) => (headers as Record<string, string>)[name] ?? null })
          expect(Object.values(said ?? {}).every((value) => Number.isSafeInteger(value))).toBe(true)
        },
      ),
    )
  })

  it('are told as an event, and can be read', async () => {
    let left = 3
    const { bytes: body } = manifestOf()
    const registry = await serve((_request, response) =>
      bytes(response, 200, body, {
        'content-type': manifestType,
        'ratelimit-limit': '100;w=21600',
        'ratelimit-remaining': `${--left};w=21600`,
      }),
    )
    const events: unknown[] = []
    const client = clientOf({ onEvent: (event) => event.type === 'rate-limit' && events.push(event) })
    expect(client.rateLimit(registry.host)).toBeUndefined()
    await client.repository(`${registry.host}/a`).manifests.get('1')
    await client.repository(`${registry.host}/a`).manifests.get('1')
    expect(events).toEqual(
      [2, 1].map((remaining) => ({
        type: 'rate-limit',
        host: registry.host,
        limit: 100,
        remaining,
        windowMs: 21_600_000,
      })),
    )
    expect(client.rateLimit(registry.host)).toEqual({ limit: 100, remaining: 1, windowMs: 21_600_000 })
  })
})
