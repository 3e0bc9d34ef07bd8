import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Upstream } from '../../src/index.ts'
import { parseAsk, type Ask } from '../../src/request/parse-ask.ts'
import { ServeError } from '../../src/serve-error.ts'

const upstream = (host: string): Upstream => ({
  host,
  withCredentials: false,
  repository: () => {
    throw new Error('nobody asks')
  },
  tags: () => Promise.reject(new Error('nobody asks')),
})
const hosts = ['docker.io', 'ghcr.io', 'localhost:5000']
const byHost = new Map(hosts.map((host) => [host, upstream(host)]))
const upstreams = { byHost, byDefault: byHost.get('docker.io') }
const digest = `sha256:${'a'.repeat(64)}`

function outcome(target: string, given = upstreams): unknown {
  try {
    const ask = parseAsk(target, given)
    if (ask.kind === 'base') return 'base'
    const { kind, place, ...rest } = ask
    return [kind, place.upstream.host, place.repository, JSON.stringify(rest)].join(' ')
  } catch (error) {
    if (!(error instanceof ServeError)) throw error
    return `${error.status} ${error.code}`
  }
}

describe('a request target', () => {
  it.each([
    ['/v2/', 'base'],
    ['/v2', 'base'],
    ['/v2/library/alpine/manifests/3.20', 'manifest docker.io library/alpine {"target":{"tag":"3.20"}}'],
    ['/v2/alpine/manifests/3.20', 'manifest docker.io library/alpine {"target":{"tag":"3.20"}}'],
    [`/v2/a/b/blobs/${digest}`, `blob docker.io a/b {"digest":"${digest}"}`],
    [`/v2/a/b/blobs/${digest.replace(':', '%3A')}`, `blob docker.io a/b {"digest":"${digest}"}`],
    [`/v2/a/b/manifests/${digest}`, `manifest docker.io a/b {"target":{"digest":"${digest}"}}`],
    ['/v2/a/b/tags/list?n=3&last=x', 'tags docker.io a/b {"n":3,"last":"x"}'],
    [
      `/v2/a/b/referrers/${digest}?artifactType=x%2Fy%2Bz`,
      `referrers docker.io a/b {"digest":"${digest}","artifactType":"x/y+z"}`,
    ],
    // The words of the end points are names too.
    ['/v2/manifests/blobs/manifests/tags', 'manifest docker.io manifests/blobs {"target":{"tag":"tags"}}'],
    ['/v2/tags/list/tags/list', 'tags docker.io tags/list {}'],
  ])('%s means %s', (target, expected) => expect(outcome(target)).toBe(expected))

  it.each([
    ['/v2/ghcr.io/a/b/manifests/1', 'manifest ghcr.io a/b {"target":{"tag":"1"}}'],
    ['/v2/localhost:5000/a/manifests/1', 'manifest localhost:5000 a {"target":{"tag":"1"}}'],
    ['/v2/localhost%3A5000/a/manifests/1', 'manifest localhost:5000 a {"target":{"tag":"1"}}'],
    ['/v2/index.docker.io/alpine/manifests/1', 'manifest docker.io library/alpine {"target":{"tag":"1"}}'],
    ['/v2/a/manifests/1?ns=ghcr.io', 'manifest ghcr.io a {"target":{"tag":"1"}}'],
    ['/v2/a/manifests/1?ns=localhost%3A5000', 'manifest localhost:5000 a {"target":{"tag":"1"}}'],
    // `ns` wins: what looks like a host is then a part of the name.
    ['/v2/quay.io/a/manifests/1?ns=ghcr.io', 'manifest ghcr.io quay.io/a {"target":{"tag":"1"}}'],
    ['/v2/quay.io/a/manifests/1', '404 NAME_UNKNOWN'],
    ['/v2/localhost/a/manifests/1', '404 NAME_UNKNOWN'],
    ['/v2/ghcr.io:443/a/manifests/1', '404 NAME_UNKNOWN'],
    ['/v2/a/manifests/1?ns=quay.io', '404 NAME_UNKNOWN'],
    ['/v2/a/manifests/1?ns=', '404 NAME_UNKNOWN'],
    ['/v2/a/manifests/1?ns=library', '404 NAME_UNKNOWN'],
    ['/v2/a/manifests/1?ns=docker.io/library', '404 NAME_UNKNOWN'],
    ['/v2/a/manifests/1?ns=ghcr.io&ns=docker.io', '400 UNSUPPORTED'],
  ])('%s is %s: nothing is at the default because another host is unknown', (target, expected) =>
    expect(outcome(target)).toBe(expected),
  )

  it('without a default upstream needs a host', () => {
    expect(outcome('/v2/a/b/manifests/1', { byHost, byDefault: undefined })).toBe('404 NAME_UNKNOWN')
    expect(outcome('/v2/ghcr.io/a/manifests/1', { byHost, byDefault: undefined })).toMatch('manifest ghcr.io a')
  })

  it.each([
    ['/', '404 UNSUPPORTED'],
    ['/v1/', '404 UNSUPPORTED'],
    ['/v2//', '404 UNSUPPORTED'],
    ['/v2/_catalog', '404 UNSUPPORTED'],
    ['/v2/a/blobs/uploads/', '404 UNSUPPORTED'],
    ['/v2/manifests/1', '404 UNSUPPORTED'],
    ['/v2/a/constructor/1', '404 UNSUPPORTED'],
    ['/v2/A/manifests/1', '400 NAME_INVALID'],
    ['/v2/../a/manifests/1', '404 NAME_UNKNOWN'],
    ['/v2/a/../b/manifests/1', '400 NAME_INVALID'],
    ['/v2/a/%2e%2e/b/manifests/1', '400 NAME_INVALID'],
    ['/v2/a/%252e%252e/b/manifests/1', '400 NAME_INVALID'],
    ['/v2/a%2Fb/manifests/1', '404 UNSUPPORTED'],
    ['/v2/a//b/manifests/1', '400 NAME_INVALID'],
    ['/v2/a/manifests/', '400 TAG_INVALID'],
    ['/v2/a/manifests/b%2Fc', '400 TAG_INVALID'],
    ['/v2/a/manifests/..%2f..', '400 TAG_INVALID'],
    ['/v2/a/manifests/b%00', '400 TAG_INVALID'],
    [`/v2/a/manifests/${'t'.repeat(129)}`, '400 TAG_INVALID'],
    ['/v2/a/manifests/%', '400 UNSUPPORTED'],
    ['/v2/a/manifests/%ff', '400 UNSUPPORTED'],
    [`/v2/a/blobs/${digest.toUpperCase()}`, '400 DIGEST_INVALID'],
    ['/v2/a/blobs/sha256:..%2f..%2f..%2fetc%2fpasswd', '400 DIGEST_INVALID'],
    ['/v2/a/blobs/latest', '400 DIGEST_INVALID'],
    ['/v2/a/referrers/x', '400 DIGEST_INVALID'],
    ['/v2/a/tags/list?n=-1', '400 PAGINATION_NUMBER_INVALID'],
    ['/v2/a/tags/list?n=', '400 PAGINATION_NUMBER_INVALID'],
    ['/v2/a/tags/list?n=1&n=2', '400 UNSUPPORTED'],
    ['http://other.test/v2/', '400 UNSUPPORTED'],
    ['*', '400 UNSUPPORTED'],
    [`/v2/${'a/'.repeat(150)}a/manifests/1`, '400 NAME_INVALID'],
  ])('%s is refused: %s', (target, expected) => expect(outcome(target)).toBe(expected))

  it('is an ask in the grammars, or refused with a status of the client, whatever it is', () => {
    const piece = fc.oneof(
      fc.constantFrom('v2', 'a', 'library', 'manifests', 'blobs', 'tags', 'list', 'referrers', '..', '', 'ghcr.io'),
      fc.constantFrom('localhost:5000', '%2F', '%2e%2e', '%00', digest, '?ns=ghcr.io', '?n=1', '&ns=x', '#', '\\', 'é'),
      fc.string({ maxLength: 4 }),
    )
    const path = fc.array(piece, { maxLength: 8 }).map((pieces) => `/v2/${pieces.join('/')}`)
    const checked = (ask: Ask): boolean => {
      if (ask.kind === 'base') return true
      const { upstream: at, repository } = ask.place
      return hosts.includes(at.host) && /^[a-z0-9]+([._/-]+[a-z0-9]+)*$/.test(repository) && !repository.includes('..')
    }
    const isAnswered = (target: string): boolean => {
      try {
        return checked(parseAsk(target, upstreams))
      } catch (error) {
        return error instanceof ServeError && error.status >= 400 && error.status < 500
      }
    }
    fc.assert(
      fc.property(path, (target) => {
        expect(isAnswered(target)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })
})
