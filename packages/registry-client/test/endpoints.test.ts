import { describe, expect, it } from 'vitest'
import { createRegistryClient, type RegistryClientOptions } from '../src/index.ts'

const urls = (domain: string, options: RegistryClientOptions = {}): readonly string[] =>
  createRegistryClient(options)
    .endpoints(domain)
    .map(({ url, insecure }) => (insecure ? `${url} insecure` : url))

describe('the endpoints of a domain', () => {
  it('are mirrors in order, without duplicates, and then the Hub for docker.io', () => {
    const mirrors = ['https://one.example', 'https://TWO.example:8443/hub/', 'https://one.example/']
    expect(createRegistryClient({ mirrors }).endpoints('docker.io')).toEqual([
      { url: 'https://one.example', host: 'one.example', scheme: 'https', mirror: true, insecure: false },
      { url: 'https://two.example:8443/hub', host: 'two.example:8443', scheme: 'https', mirror: true, insecure: false },
      {
        url: 'https://registry-1.docker.io',
        host: 'registry-1.docker.io',
        scheme: 'https',
        mirror: false,
        insecure: false,
      },
    ])
    expect(urls('index.docker.io')).toEqual(['https://registry-1.docker.io'])
    expect(urls('ghcr.io', { mirrors })).toEqual(['https://ghcr.io'])
  })

  it('are https and then http on loopback, with certificates checked', () => {
    for (const host of ['localhost', 'localhost:5000', '127.0.0.1:5000', '127.9.9.9', '[::1]:5000'])
      expect(urls(host)).toEqual([`https://${host}`, `http://${host}`])
  })

  it.each<[string, readonly string[], boolean]>([
    ['example.com', [], false],
    ['example.com', ['example.com'], true],
    ['EXAMPLE.com', ['example.COM'], true],
    ['example.com:5000', ['example.com'], false],
    ['example.com:5000', ['example.com:5000'], true],
    ['example.com:80', ['example.com:80'], true],
    ['a.example.com', ['example.com'], false],
    ['docker.io', ['docker.io'], false],
    ['registry-1.docker.io', ['registry-1.docker.io'], false],
    ['42.42.42.42:5000', ['42.1.1.1/8'], true],
    ['43.42.42.42:5000', ['42.1.1.1/8'], false],
    ['[fd00::5]:5000', ['fd00::/8'], true],
    ['invalid.domain.example', ['42.42.0.0/16'], false],
    ['localhost:5000', ['localhost:5000'], true],
    ['127.0.0.1:5000', ['example.com'], false],
  ])('%s with %j: insecure %s', (domain, insecure, expected) => {
    expect(
      createRegistryClient({ insecure })
        .endpoints(domain)
        .some((endpoint) => endpoint.insecure),
    ).toBe(expected)
  })

  it('are https alone, and checked, where the user said so, whatever else is said of the host', () => {
    const host = 'example.com:5000'
    const secure = ['Example.com:5000']
    expect(urls(host, { insecure: [host], secure })).toEqual(['https://example.com:5000'])
    expect(urls('10.0.0.1:5000', { insecure: ['10.0.0.0/8'], secure: ['10.0.0.1:5000'] })).toEqual([
      'https://10.0.0.1:5000',
    ])
    expect(urls('example.com:5001', { insecure: ['example.com:5001'], secure })[0]).toContain('insecure')
    const says = { url: 'http://example.com:5000', host, scheme: 'http', mirror: false, insecure: true } as const
    const checked = { ...says, url: 'https://example.com:5000', scheme: 'https' } as const
    const hosts = {
      consult: () => ({ endpoints: [checked, says], passedOver: [] }),
      insecure: () => ({ rule: 'a file' }),
      tls: () => undefined,
    }
    expect(urls(host, { hosts, secure })).toEqual(['https://example.com:5000'])
    expect(urls(host, { hosts })).toHaveLength(2)
    expect(() => createRegistryClient({ secure: ['10.0.0.0/8'] })).toThrow(/neither a host nor/)
  })

  it('are https and then http where the user marked the host insecure', () => {
    expect(urls('example.com:5000', { insecure: ['example.com:5000'] })).toEqual([
      'https://example.com:5000 insecure',
      'http://example.com:5000 insecure',
    ])
  })

  it.each([
    'user@ghcr.io',
    'ghcr.io/x',
    'ghcr.io\\@evil.example',
    'ghcr.io#x',
    'ghcr.io?x',
    '',
    'a b',
    'ghcr.io:99999',
    'ghcr.io\r\nx',
  ])('are refused for %j', (domain) => {
    expect(() => createRegistryClient().endpoints(domain)).toThrow(expect.objectContaining({ code: 'TARGET_INVALID' }))
  })

  it('of plain http are not made by hand either', () => {
    const endpoint = {
      url: 'http://registry.example.com',
      host: 'registry.example.com',
      scheme: 'http',
      mirror: false,
      insecure: false,
    } as const
    expect(() => createRegistryClient().repository('registry.example.com/a', { endpoint })).toThrow(
      expect.objectContaining({ code: 'ORIGIN_REFUSED' }),
    )
  })
})

describe('an option that makes no sense', () => {
  it.each([
    'mirror.example',
    'ftp://mirror.example',
    'https://user:secret@mirror.example',
    'https://mirror.example?x',
    'https://mirror.example#x',
    'http://mirror.example',
    'https://',
    '',
  ])('is the mirror %j', (mirror) => {
    expect(() => createRegistryClient({ mirrors: [mirror] })).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    )
  })

  it('is not a mirror in plain http on loopback, or where the host is marked insecure', () => {
    expect(
      urls('docker.io', { mirrors: ['http://127.0.0.1:5001', 'http://m.example'], insecure: ['m.example'] }),
    ).toEqual(['http://127.0.0.1:5001', 'http://m.example insecure', 'https://registry-1.docker.io'])
  })

  it.each([
    'https://example.com',
    'example.com/',
    '10.0.0.0/33',
    '10.0.0/8',
    'a b',
    '',
    'user@example.com',
    '10.0.0.0/8/8',
  ])('is the insecure host %j', (entry) => {
    expect(() => createRegistryClient({ insecure: [entry] })).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    )
  })

  it('shows no password of a mirror in its error', () => {
    expect(() => createRegistryClient({ mirrors: ['https://user:canary@mirror.example'] })).toThrow(/^(?!.*canary)/)
  })
})
