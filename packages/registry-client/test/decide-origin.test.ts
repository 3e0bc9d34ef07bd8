import { describe, expect, it } from 'vitest'
import { decideOrigin, type AddressClass, type OriginPurpose } from '../src/index.ts'
import { createRealmPolicy } from '../src/origin/allowed-realms.ts'
import { tokenServers } from '../src/origin/token-servers.ts'

type Outcome = 'refused' | 'open' | 'secrets'

interface Row {
  readonly registry: string
  readonly url: string
  readonly from?: string
  readonly insecure?: boolean
  readonly allow?: readonly [string, string]
  readonly reachedAt?: readonly AddressClass[]
}

function decide(purpose: OriginPurpose, { registry, url, from, insecure, allow, reachedAt }: Row): Outcome {
  const allowRealm = createRealmPolicy(allow === undefined ? [] : [{ registry: allow[0], realm: allow[1] }])
  const decision = decideOrigin({
    url: new URL(url),
    from: new URL(from ?? registry),
    registry: new URL(registry),
    purpose,
    insecure: (asked) => insecure === true && asked.host === new URL(registry).host,
    allowRealm,
    reachedAt: reachedAt === undefined ? undefined : new Set(reachedAt),
  })
  return decision.call ? (decision.show.authorization ? 'secrets' : 'open') : 'refused'
}

const hub = 'https://registry-1.docker.io'
const shop = 'https://registry.example.com'

describe('a redirect', () => {
  it.each<[Outcome, string, Row]>([
    ['secrets', 'to the same origin', { registry: shop, url: `${shop}/v2/other` }],
    ['secrets', 'to the default port, written out', { registry: shop, url: 'https://registry.example.com:443/x' }],
    ['open', 'to another public host', { registry: shop, url: 'https://cdn.example.net/blob?sig=x' }],
    ['open', 'to a sub-domain', { registry: shop, url: 'https://cdn.registry.example.com/blob' }],
    ['open', 'to another port of the same host', { registry: shop, url: 'https://registry.example.com:8443/x' }],
    [
      'open',
      'back to the registry from elsewhere',
      { registry: shop, from: 'https://cdn.example.net/', url: `${shop}/x` },
    ],
    ['refused', 'from https to http', { registry: shop, url: 'http://registry.example.com/x' }],
    [
      'refused',
      'from https to http at a later hop',
      { registry: 'http://127.0.0.1:5000', from: 'https://cdn.example.net', url: 'http://cdn.example.net/x' },
    ],
    ['refused', 'to a file', { registry: shop, url: 'file:///etc/passwd' }],
    ['refused', 'to data', { registry: shop, url: 'data:text/plain,x' }],
    ['refused', 'to a unix socket', { registry: shop, url: 'unix:/var/run/docker.sock' }],
    ['refused', 'to ftp', { registry: shop, url: 'ftp://example.net/x' }],
    ['refused', 'with a user name', { registry: shop, url: 'https://user@cdn.example.net/x' }],
    ['refused', 'from public to loopback', { registry: shop, url: 'https://127.0.0.1/x' }],
    ['refused', 'from public to localhost', { registry: shop, url: 'https://localhost:8443/x' }],
    ['refused', 'from public to a private address', { registry: shop, url: 'https://10.1.2.3/x' }],
    ['refused', 'from public to a private address in disguise', { registry: shop, url: 'https://[::ffff:a01:203]/x' }],
    ['refused', 'from public to a bare name', { registry: shop, url: 'https://vault/x' }],
    ['refused', 'from public to metadata', { registry: shop, url: 'https://169.254.169.254/latest' }],
    ['refused', 'from loopback to metadata', { registry: 'http://127.0.0.1:5000', url: 'http://2852039166/latest' }],
    [
      'refused',
      'from private to metadata',
      { registry: 'http://10.0.0.1:5000', insecure: true, url: 'http://metadata.google.internal/x' },
    ],
    ['refused', 'from private to loopback', { registry: 'https://10.0.0.1', url: 'https://127.0.0.1/x' }],
    ['refused', 'from loopback to private', { registry: 'http://127.0.0.1:5000', url: 'http://10.0.0.1/x' }],
    ['open', 'from private to private', { registry: 'https://10.0.0.1', url: 'https://192.168.0.9:9000/x' }],
    ['open', 'from loopback to loopback', { registry: 'http://127.0.0.1:5000', url: 'http://127.0.0.1:5001/x' }],
    [
      'open',
      'from an insecure host to a private address',
      { registry: 'http://registry.corp.example:5000', insecure: true, url: 'http://10.0.0.1:9000/x' },
    ],
    [
      'refused',
      'from an insecure host to loopback',
      { registry: 'http://registry.corp.example:5000', insecure: true, url: 'http://127.0.0.1:9000/x' },
    ],
    [
      'refused',
      'in plain http from private to public',
      { registry: 'http://10.0.0.1:5000', insecure: true, url: 'http://cdn.example.net/x' },
    ],
    [
      'open',
      'in plain http to another port',
      { registry: 'http://registry.corp.example:5000', insecure: true, url: 'http://registry.corp.example:9000/x' },
    ],
    [
      'refused',
      'in plain http from loopback to public',
      { registry: 'http://127.0.0.1:5000', url: 'http://cdn.example.net/x' },
    ],
    [
      'open',
      'to a private address that the user allowed',
      { registry: shop, url: 'https://10.0.0.9:9000/x', allow: ['registry.example.com', '10.0.0.9:9000'] },
    ],
    [
      'refused',
      'to metadata that the user allowed',
      { registry: shop, url: 'https://169.254.169.254/x', allow: ['registry.example.com', '169.254.169.254'] },
    ],
    [
      'open',
      "to a private address from a public name that is a private host's",
      { registry: shop, url: 'https://10.0.0.9/x', reachedAt: ['private'] },
    ],
    [
      'refused',
      "to loopback from a public name that is a private host's",
      { registry: shop, url: 'https://127.0.0.1/x', reachedAt: ['private'] },
    ],
    ['open', 'from private to public', { registry: 'https://10.0.0.1', url: 'https://cdn.example.net/x' }],
  ])('%s: %s', (expected, _what, row) => {
    expect(decide('redirect', row)).toBe(expected)
  })
})

describe('the realm of a challenge', () => {
  it.each<[Outcome, string, Row]>([
    ['secrets', 'at the registry itself', { registry: 'https://ghcr.io', url: 'https://ghcr.io/token' }],
    [
      'secrets',
      "at another port of the registry's host",
      { registry: 'https://git.example.com:5050', url: 'https://git.example.com/jwt/auth' },
    ],
    ['secrets', 'of docker.io', { registry: hub, url: 'https://auth.docker.io/token' }],
    ['secrets', 'of gitlab.com', { registry: 'https://registry.gitlab.com', url: 'https://gitlab.com/jwt/auth' }],
    ...tokenServers.flatMap(({ registry, realm }): readonly [Outcome, string, Row][] => [
      ['secrets', `of ${registry}`, { registry: `https://${registry}`, url: `https://${realm}/token` }],
      ['open', `of ${registry}, for somebody else`, { registry: shop, url: `https://${realm}/token` }],
      [
        'open',
        `of ${registry}, at another port`,
        { registry: `https://${registry}`, url: `https://${realm}:8443/token` },
      ],
      [
        'open',
        `of ${registry}, which has another port`,
        { registry: `https://${registry}:5000`, url: `https://${realm}/` },
      ],
      [
        'open',
        `of ${registry} in plain http, where anybody may be it`,
        { registry: `http://${registry}`, url: `https://${realm}/token`, insecure: true },
      ],
      [
        'refused',
        `of ${registry}, left for plain http`,
        { registry: `https://${registry}`, url: `http://${realm}/token` },
      ],
      ['open', `of ${registry}, below it`, { registry: `https://${registry}`, url: `https://x.${realm}/token` }],
      ['open', `below ${registry}`, { registry: `https://x.${registry}`, url: `https://${realm}/token` }],
    ]),
    [
      'open',
      'of another region',
      { registry: 'https://registry.cn-beijing.aliyuncs.com', url: 'https://dockerauth.cn-hangzhou.aliyuncs.com/auth' },
    ],
    ['open', 'of gitlab.com for somebody else', { registry: shop, url: 'https://gitlab.com/jwt/auth' }],
    ['open', 'at a sub-domain', { registry: 'https://example.com', url: 'https://auth.example.com/token' }],
    ['open', 'at a parent domain', { registry: shop, url: 'https://example.com/token' }],
    ['open', 'at a host that only looks alike', { registry: hub, url: 'https://auth.docker.io.evil.example/token' }],
    ['open', 'of docker.io at another port', { registry: hub, url: 'https://auth.docker.io:8443/token' }],
    [
      'secrets',
      'that the user allowed',
      { registry: shop, url: 'https://login.example.org/t', allow: ['registry.example.com', 'login.example.org'] },
    ],
    [
      'secrets',
      'that the user allowed for docker.io',
      { registry: hub, url: 'https://login.example.org/t', allow: ['docker.io', 'login.example.org'] },
    ],
    [
      'open',
      'that the user allowed for another registry',
      { registry: shop, url: 'https://login.example.org/t', allow: ['other.example.com', 'login.example.org'] },
    ],
    [
      'refused',
      'that the user allowed, in plain http',
      {
        registry: 'http://127.0.0.1:5000',
        url: 'http://login.example.org/t',
        allow: ['127.0.0.1:5000', 'login.example.org'],
      },
    ],
    ['refused', 'in plain http for an https registry', { registry: shop, url: 'http://registry.example.com/token' }],
    ['refused', 'at metadata', { registry: shop, url: 'https://169.254.169.254/token' }],
    ['refused', 'at loopback for a public registry', { registry: shop, url: 'https://127.1/token' }],
    [
      'secrets',
      'at the registry, which is at a link-local address',
      { registry: 'https://169.254.1.1:5000', url: 'https://169.254.1.1:5000/token' },
    ],
    [
      'secrets',
      'at a private address that the user allowed',
      { registry: shop, url: 'https://10.0.0.9/token', allow: ['registry.example.com', '10.0.0.9'] },
    ],
    ['refused', 'with a password in it', { registry: shop, url: 'https://a:b@registry.example.com/token' }],
  ])('%s: %s', (expected, _what, row) => {
    expect(decide('realm', row)).toBe(expected)
  })
})

describe('the next page', () => {
  it.each<[Outcome, string]>([
    ['secrets', `${shop}/v2/a/tags/list?last=b`],
    ['refused', 'https://other.example.com/v2/a/tags/list'],
    ['refused', 'https://registry.example.com:8443/v2/a/tags/list'],
    ['refused', 'http://registry.example.com/v2/a/tags/list'],
  ])('%s: %s', (expected, url) => {
    expect(decide('next-page', { registry: shop, url })).toBe(expected)
  })
})

describe('a foreign URL of a layer', () => {
  it.each<[Outcome, string]>([
    ['open', 'https://mcr.example.com/layer'],
    ['open', `${shop}/layer`],
    ['refused', 'http://mcr.example.com/layer'],
    ['refused', 'https://192.168.0.1/layer'],
    ['refused', 'https://169.254.169.254/layer'],
  ])('%s: %s', (expected, url) => {
    expect(decide('foreign', { registry: shop, url })).toBe(expected)
  })
})

describe('the token servers that are built in', () => {
  it('are exact hosts with a page of their operator, each pair once', () => {
    for (const { registry, realm, source } of tokenServers) {
      for (const host of [registry, realm]) expect(new URL(`https://${host}`).host).toBe(host)
      expect(new URL(source).protocol).toBe('https:')
    }
    expect(new Set(tokenServers.map(({ registry }) => registry)).size).toBe(tokenServers.length)
  })
})

describe('an allowed realm that is no host', () => {
  it.each(['', 'https://a.example', 'a.example/path', 'u@a.example', 'a b'])('%j is refused', (realm) => {
    expect(() => createRealmPolicy([{ registry: 'a.example', realm }])).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    )
  })
})
