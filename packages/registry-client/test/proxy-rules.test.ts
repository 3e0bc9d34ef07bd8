import { isLadingError } from '@lading/errors'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inRange, parseAddress, parseRange } from '../src/origin/ip-address.ts'
import { parseNoProxy } from '../src/proxy/no-proxy.ts'
import {
  chainProxies,
  dockerDaemonFromEnv,
  proxyForAll,
  proxyFromDockerConfig,
  proxyFromEnv,
  type ProxyPolicy,
  type ProxySettings,
} from '../src/index.ts'
import { parseProxy, publicProxy } from '../src/proxy/proxy-settings.ts'

function orRefused(text: string): ProxySettings | undefined {
  try {
    return parseProxy(text)
  } catch (error) {
    if (isLadingError(error, 'OPTION_INVALID')) return undefined
    throw error
  }
}

describe('a proxy as people write it', () => {
  it.each([
    ['http://proxy.example.com:3128', { scheme: 'http', host: 'proxy.example.com:3128' }],
    ['proxy.example.com:3128', { scheme: 'http', host: 'proxy.example.com:3128' }],
    ['proxy', { scheme: 'http', host: 'proxy:80' }],
    ['10.0.0.1', { scheme: 'http', host: '10.0.0.1:80' }],
    ['https://proxy.example.com', { scheme: 'https', host: 'proxy.example.com:443' }],
    ['https://proxy.example.com:80/', { scheme: 'https', host: 'proxy.example.com:80' }],
    ['SOCKS5://Proxy.Example.COM', { scheme: 'socks5', host: 'proxy.example.com:1080' }],
    ['socks5h://[::1]:9050', { scheme: 'socks5h', host: '[::1]:9050' }],
    [
      'http://ann:p%40ss%2Fw%23rd%20%25@proxy:1',
      { scheme: 'http', host: 'proxy:1', username: 'ann', password: 'p@ss/w#rd %' },
    ],
    ['ann:secret@proxy:1', { scheme: 'http', host: 'proxy:1', username: 'ann', password: 'secret' }],
    [' http://ann@proxy:1 ', { scheme: 'http', host: 'proxy:1', username: 'ann', password: '' }],
    ['socks5://us%3Aer:x@proxy', { scheme: 'socks5', host: 'proxy:1080', username: 'us:er', password: 'x' }],
  ])('%s', (text, expected) => {
    expect(parseProxy(text)).toEqual(expected)
  })

  it.each([
    '',
    'http://',
    'ftp://proxy',
    'socks4://proxy',
    'http://proxy/path',
    'http://proxy?x',
    'http://proxy:99999',
    'http://proxy:0',
    'http://a:top%ZZsecret@proxy',
    'http://us%3Aer:topsecret@proxy',
    'http://ann:top/secret@proxy',
    'http://a b',
    'http://proxy\\@evil',
    `socks5://${'u'.repeat(256)}:topsecret@proxy`,
    'socks5://:topsecret@proxy',
  ])('%j is refused, and not repeated', (text) => {
    const parse = (): unknown => parseProxy(text, 'HTTPS_PROXY')
    expect(parse).toThrow(
      expect.objectContaining({
        code: 'OPTION_INVALID',
        message: expect.stringMatching(/^HTTPS_PROXY: (?!.*secret)/) as string,
      }),
    )
  })

  it('gives any user name and password back, and never in public', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('http', 'https', 'socks5', 'socks5h'),
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }),
        fc.string({ unit: 'grapheme', maxLength: 30 }),
        fc.integer({ min: 1, max: 65535 }),
        (scheme, username, password, port) => {
          fc.pre(
            !username.includes(':') &&
              new TextEncoder().encode(username).byteLength < 256 &&
              new TextEncoder().encode(password).byteLength < 256,
          )
          const settings = parseProxy(
            `${scheme}://${encodeURIComponent(username)}:${encodeURIComponent(password)}@proxy.example:${port}`,
          )
          expect(settings).toEqual({ scheme, host: `proxy.example:${port}`, username, password })
          expect(publicProxy(settings)).toBe(`${scheme}://proxy.example:${port}`)
        },
      ),
    )
  })

  it('is a proxy or refused, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl(), fc.stringMatching(/^[a-z0-9]{1,6}:\/\/[!-~]{0,20}$/)), (text) => {
        const settings = orRefused(text)
        if (settings === undefined) return
        expect(settings.host).toMatch(/^[^\s/@]+:[1-9][0-9]*$/)
        expect(parseProxy(publicProxy(settings)).host).toBe(settings.host)
      }),
    )
  })
})

describe('NO_PROXY', () => {
  // The cases of Go's httpproxy, and those over which other clients stumbled.
  it.each<[entries: string, direct: string[], proxied: string[]]>([
    ['', [], ['https://example.com']],
    ['*', ['https://example.com', 'http://10.0.0.1', 'https://[fd00::1]'], []],
    [
      'example.com',
      [
        'https://example.com',
        'https://example.com:8443',
        'https://a.example.com',
        'https://a.b.example.com',
        'https://EXAMPLE.com',
        'https://example.com.',
      ],
      ['https://notexample.com', 'https://example.com.evil.org', 'https://com'],
    ],
    ['.example.com', ['https://a.example.com'], ['https://example.com', 'https://aexample.com']],
    ['*.example.com', ['https://a.example.com', 'https://a.b.example.com'], ['https://example.com']],
    ['example.com.', ['https://example.com', 'https://a.example.com.'], ['https://example.org']],
    [
      ' a.example ,B.example\tc.example,,',
      ['https://a.example', 'https://b.example', 'https://c.example'],
      ['https://d.example'],
    ],
    [
      'example.com:5000',
      ['https://example.com:5000', 'https://a.example.com:5000'],
      ['https://example.com', 'https://example.com:50000'],
    ],
    [
      'example.com:443',
      ['https://example.com', 'https://example.com:443'],
      ['http://example.com', 'https://example.com:444'],
    ],
    ['example.com:80', ['http://example.com'], ['https://example.com']],
    [
      '10.0.0.1',
      ['http://10.0.0.1', 'https://10.0.0.1:5000', 'https://167772161', 'https://[::ffff:10.0.0.1]'],
      ['http://10.0.0.2', 'https://10.0.0.10'],
    ],
    ['10.0.0.1:5000', ['http://10.0.0.1:5000'], ['http://10.0.0.1']],
    [
      '10.0.0.0/8',
      ['http://10.255.0.1', 'https://[::ffff:a01:203]'],
      ['http://11.0.0.1', 'https://ten.example', 'https://10.example.com'],
    ],
    ['192.168.1.128/25', ['http://192.168.1.128', 'http://192.168.1.255'], ['http://192.168.1.127']],
    ['0.0.0.0/0', ['http://1.2.3.4'], ['https://[fd00::1]', 'https://example.com']],
    ['::ffff:10.0.0.0/104', ['http://10.1.2.3'], ['http://11.0.0.0']],
    ['fd00::/8', ['https://[fd12::1]:5000'], ['https://[fe00::1]', 'http://10.0.0.1']],
    ['fd00::1', ['https://[fd00::1]', 'https://[FD00:0:0::1]:5000'], ['https://[fd00::2]']],
    ['[fd00::1]', ['https://[fd00::1]', 'https://[fd00::1]:5000'], ['https://[fd00::2]']],
    ['[fd00::1]:5000', ['https://[fd00::1]:5000'], ['https://[fd00::1]']],
    ['bücher.example', ['https://bücher.example', 'https://a.xn--bcher-kva.example'], ['https://bucher.example']],
    ['10.0.0.0/33, 10.0.0.0/, /8, :443, [, ].example, 256.1.1.1/8', [], ['http://10.0.0.1', 'https://example.com']],
    ['0.0.1', [], ['http://10.0.0.1']],
    ['1', [], ['http://10.0.0.1']],
    ['.', [], ['https://example.com']],
  ])('"%s"', (entries, direct, proxied) => {
    const without = parseNoProxy(entries)
    for (const url of direct) expect([url, without(new URL(url))]).toEqual([url, true])
    for (const url of proxied) expect([url, without(new URL(url))]).toEqual([url, false])
  })

  it('takes any text, and gives the same answer for any order of its entries', () => {
    const entry = fc.oneof(
      fc.string({ maxLength: 20 }),
      fc.domain(),
      fc.ipV4(),
      fc.ipV6(),
      fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 40 })).map(([address, bits]) => `${address}/${bits}`),
      fc.constantFrom('*.', '[]', '[::]:1', '.:', '..'),
    )
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 6 }), fc.webUrl(), (entries, text) => {
        const url = new URL(text)
        expect(parseNoProxy(entries.join(','))(url)).toBe(parseNoProxy(entries.toReversed().join(' '))(url))
        expect(parseNoProxy([...entries, url.hostname].join(','))(url)).toBe(true)
      }),
    )
  })
})

describe('an address', () => {
  it('in any spelling of IPv6 is the same bytes', () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        const bytes = parseAddress(text)
        expect(bytes).toBeDefined()
        expect(parseAddress((URL.parse(`http://[${text}]`)?.hostname ?? '').slice(1, -1))).toEqual(bytes)
        expect(parseAddress(text.toUpperCase())).toEqual(bytes)
      }),
    )
  })

  it('is in its own range of every length, and out of one that differs in its last counted bit', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.integer({ min: 1, max: 32 }), (text, bits) => {
        const range = parseRange(`${text}/${bits}`)
        const address = parseAddress(text)
        if (range === undefined || address === undefined) throw new Error(`${text} is not read`)
        expect(inRange(address, range)).toBe(true)
        const other = address.slice()
        other[(bits - 1) >> 3] = (other[(bits - 1) >> 3] ?? 0) ^ (0x80 >> ((bits - 1) & 7))
        expect(inRange(other, range)).toBe(false)
      }),
    )
  })

  it.each([
    '',
    '1.2.3',
    '1.2.3.4.5',
    '01.2.3.4',
    '1.2.3.256',
    '0x7f.1.1.1',
    '::1%eth0',
    '[::1]',
    'a.b.c.d',
    ':::',
    '1:2:3',
  ])('%j is none', (text) => {
    expect(parseAddress(text)).toBeUndefined()
  })
})

describe('the environment', () => {
  const through = (policy: ProxyPolicy, url: string): string | undefined => policy(new URL(url))?.host
  const env = (variables: Record<string, string>): ProxyPolicy => proxyFromEnv({ env: variables })

  it('names a proxy for each scheme, the variable in small letters first', () => {
    const policy = env({ http_proxy: 'http://small:1', HTTP_PROXY: 'http://capital:1', HTTPS_PROXY: 'http://secure:1' })
    expect([through(policy, 'http://example.com'), through(policy, 'https://example.com')]).toEqual([
      'small:1',
      'secure:1',
    ])
  })

  it('names one for both, where none is named for the scheme', () => {
    const policy = env({ ALL_PROXY: 'socks5h://all', https_proxy: 'secure:1', http_proxy: '  ' })
    expect([through(policy, 'http://example.com'), through(policy, 'https://example.com')]).toEqual([
      'all:1080',
      'secure:1',
    ])
  })

  it('names none when it is empty', () => {
    expect(through(env({}), 'https://example.com')).toBeUndefined()
  })

  it('is not believed about HTTP_PROXY under CGI (CVE-2016-5385)', () => {
    expect(through(env({ HTTP_PROXY: 'http://evil:1', REQUEST_METHOD: 'GET' }), 'http://example.com')).toBeUndefined()
    expect(through(env({ http_proxy: 'http://good:1', REQUEST_METHOD: 'GET' }), 'http://example.com')).toBe('good:1')
    expect(through(env({ HTTPS_PROXY: 'http://good:1', REQUEST_METHOD: 'GET' }), 'https://example.com')).toBe('good:1')
  })

  it.each([
    'http://localhost:5000',
    'https://127.0.0.1',
    'https://127.255.1.1:5000',
    'http://[::1]:5000',
    'http://[::ffff:7f00:1]',
    'https://localhost.',
  ])('never sends %s through a proxy', (url) => {
    expect(through(env({ ALL_PROXY: 'http://all:1' }), url)).toBeUndefined()
  })

  it('makes exceptions with no_proxy', () => {
    const policy = env({ ALL_PROXY: 'http://all:1', no_proxy: 'example.com', NO_PROXY: 'example.org' })
    expect([through(policy, 'https://example.com'), through(policy, 'https://example.org')]).toEqual([
      undefined,
      'all:1',
    ])
  })

  it('that is wrong is refused by the name of the variable, without its value', () => {
    expect(() => env({ HTTPS_PROXY: 'gopher://ann:topsecret@proxy' })).toThrow(
      expect.objectContaining({
        code: 'OPTION_INVALID',
        message: expect.stringMatching(/^HTTPS_PROXY: (?!.*secret)/) as string,
      }),
    )
  })
})

describe("docker's configuration", () => {
  const through = (policy: ProxyPolicy, url: string): string | undefined => policy(new URL(url))?.host
  const proxies = {
    default: { httpProxy: 'http://one:1', httpsProxy: 'http://two:2', noProxy: '*.test' },
    'tcp://far:2376': { allProxy: 'socks5://three' },
  }

  it('is read from a map too', () => {
    expect(through(proxyFromDockerConfig(new Map(Object.entries(proxies))), 'http://a.com')).toBe('one:1')
  })

  it('is for the daemon that docker would speak to', () => {
    expect(dockerDaemonFromEnv({ env: { DOCKER_HOST: 'tcp://far:2376' } })).toBe('tcp://far:2376')
    expect(dockerDaemonFromEnv({ env: { DOCKER_HOST: '' }, platform: 'linux' })).toBe('unix:///var/run/docker.sock')
    expect(dockerDaemonFromEnv({ env: {}, platform: 'win32' })).toBe('npipe:////./pipe/docker_engine')
  })

  it('names proxies for a daemon, or for all', () => {
    const policy = proxyFromDockerConfig(proxies)
    expect([
      through(policy, 'http://a.com'),
      through(policy, 'https://a.com'),
      through(policy, 'https://a.test'),
    ]).toEqual(['one:1', 'two:2', undefined])
    expect(through(proxyFromDockerConfig(proxies, { daemon: 'tcp://far:2376' }), 'https://a.com')).toBe('three:1080')
    expect(through(proxyFromDockerConfig(proxies, { daemon: 'tcp://near:2376' }), 'https://a.com')).toBe('two:2')
  })

  it.each([
    undefined,
    {},
    { other: { httpsProxy: 'http://one:1' } },
    { default: {} },
    { default: { httpsProxy: '' } },
    JSON.parse('{"__proto__":{"default":{"httpsProxy":"http://evil:1"}}}'),
  ])('names none: %j', (value) => {
    expect(through(proxyFromDockerConfig(value), 'https://a.com')).toBeUndefined()
  })

  it.each([
    null,
    [],
    'http://one:1',
    { default: [] },
    { default: 'http://one:1' },
    { default: { httpProxy: 7 } },
    { default: { httpProxy: 'gopher://ann:topsecret@one' } },
  ])('that is wrong is refused: %j', (value) => {
    expect(() => proxyFromDockerConfig(value)).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', message: expect.not.stringContaining('topsecret') as string }),
    )
  })
})

describe('several policies', () => {
  const config = proxyFromDockerConfig(
    { default: { httpProxy: 'http://ann:canary@one:1', httpsProxy: 'http://two:2', noProxy: '*.test' } },
    { place: '/home/ann/.docker/config.json' },
  )
  const decide = (env: Record<string, string>, url: string): unknown => {
    const policy = chainProxies(proxyFromEnv({ env }), config)
    const decision = policy.explain(new URL(url))
    expect(policy(new URL(url))).toBe(decision?.proxy)
    expect(decision?.said).not.toContain('canary')
    return decision === undefined ? undefined : [decision.proxy?.host, decision.said]
  }

  it.each<[Record<string, string>, string, unknown]>([
    [{}, 'https://a.com', ['two:2', 'httpsProxy of proxies["default"] of /home/ann/.docker/config.json']],
    [{}, 'https://a.test', [undefined, 'noProxy of proxies["default"] of /home/ann/.docker/config.json']],
    [{ HTTPS_PROXY: 'env:3' }, 'https://a.com', ['env:3', 'HTTPS_PROXY']],
    // What the environment says is whole: the file's exceptions are about the file's proxies.
    [{ HTTPS_PROXY: 'env:3' }, 'https://a.test', ['env:3', 'HTTPS_PROXY']],
    [
      { HTTPS_PROXY: 'env:3' },
      'http://a.com',
      ['one:1', 'httpProxy of proxies["default"] of /home/ann/.docker/config.json'],
    ],
    [{ no_proxy: 'a.com' }, 'https://a.com', [undefined, 'no_proxy']],
    [{ https_proxy: 'env:3', NO_PROXY: 'a.com' }, 'https://a.com', [undefined, 'NO_PROXY']],
    [{ all_proxy: 'env:3' }, 'http://a.com', ['env:3', 'all_proxy']],
    [
      { all_proxy: 'env:3' },
      'http://localhost:5000',
      [undefined, 'loopback addresses are never reached through a proxy'],
    ],
    [{}, 'http://127.0.0.1', [undefined, 'loopback addresses are never reached through a proxy']],
  ])('%j, then the file: %s', (env, url, expected) => {
    expect(decide(env, url)).toEqual(expected)
  })

  it('that say nothing leave it to the next, and at the end it is asked directly', () => {
    const none = chainProxies(proxyFromEnv({ env: {} }), proxyFromDockerConfig(undefined))
    expect(none.explain(new URL('https://a.com'))).toBeUndefined()
    expect(none(new URL('https://a.com'))).toBeUndefined()
  })

  it('for every host say so of loopback too', () => {
    expect(proxyForAll(parseProxy('one:1'), '--proxy').explain(new URL('http://localhost'))).toEqual({
      proxy: { scheme: 'http', host: 'one:1' },
      said: '--proxy',
    })
    expect(proxyForAll(undefined, '--proxy none')(new URL('https://a.com'))).toBeUndefined()
  })
})
