import { makeCertificate } from '@lading/test-registry'
import { describe, expect, it } from 'vitest'
import type { AddressClass, Lookup, RegistryClientOptions } from '../src/index.ts'
import { lookupAllowed } from '../src/transport/lookup-allowed.ts'
import { clientOf, failureOf } from './support/client.ts'
import { startHttpProxy } from './support/http-proxy.ts'
import { descriptorOf } from './support/image.ts'
import { bytes, serve, type Handler, type ScriptedServer } from './support/scripted-server.ts'
import { sinkOf } from './support/sink.ts'

const blob = Buffer.from('a layer')
const authority = makeCertificate({ authority: true, commonName: 'an authority' })
const tls = makeCertificate({ issuer: authority, hosts: ['registry.example.com', 'cdn.example.net'] })

/** Answers with the next of a name's addresses at each question, and with the last ever after. */
function lookupOf(names: Readonly<Record<string, readonly (readonly string[])[]>>): Lookup {
  const asked = new Map<string, number>()
  return (hostname, _options, done) => {
    const answers = names[hostname] ?? []
    const nth = asked.get(hostname) ?? 0
    asked.set(hostname, nth + 1)
    const addresses = answers[Math.min(nth, answers.length - 1)]
    if (addresses === undefined) return done(Object.assign(new Error('no such host'), { code: 'ENOTFOUND' }), [])
    done(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    )
  }
}

const named = (hostname: string, handler: Handler): Promise<ScriptedServer> => serve(handler, { tls, hostname })
const here = [['127.0.0.1']]

interface Setting {
  readonly names: Readonly<Record<string, readonly (readonly string[])[]>>
  readonly proxied?: boolean
  readonly options?: (registry: ScriptedServer, cdn: ScriptedServer) => RegistryClientOptions
}

/** A registry at a public name redirects to another public name; both are servers of this test. */
async function redirected({ names, proxied = false, options = () => ({}) }: Setting): Promise<{
  readonly registry: ScriptedServer
  readonly cdn: ScriptedServer
  readonly outcome: Promise<Buffer>
}> {
  const cdn = await named('cdn.example.net', (_request, response) => bytes(response, 200, blob))
  const registry = await named('registry.example.com', (_request, response) =>
    bytes(response, 307, '', { location: `${cdn.origin}/signed` }),
  )
  const proxy = await startHttpProxy({ resolve: () => '127.0.0.1' })
  const client = clientOf({
    certificates: [authority.cert],
    lookup: lookupOf(names),
    // Whoever is behind a proxy is known by name alone, which is as public as a test on loopback can be.
    proxy: (url) => (proxied && url.host === registry.host ? { scheme: 'http', host: proxy.host } : undefined),
    ...options(registry, cdn),
  })
  const sink = sinkOf()
  return {
    registry,
    cdn,
    outcome: client
      .repository(`${registry.host}/a`)
      .blobs.fetch(descriptorOf(blob), sink)
      .then(() => sink.content()),
  }
}

describe('a name that a public registry leads to', () => {
  it.each([
    ['loopback', '127.0.0.1'],
    ['loopback', '::1'],
    ['loopback', '::ffff:127.0.0.1'],
    ['private', '10.0.0.1'],
    ['private', 'fd12::1'],
    ['private', '64:ff9b::a00:1'],
  ])('is not connected to when it resolves to a %s address, %s', async (kind, address) => {
    const { registry, cdn, outcome } = await redirected({ proxied: true, names: { 'cdn.example.net': [[address]] } })
    expect(await failureOf(outcome)).toMatchObject({
      code: 'ORIGIN_REFUSED',
      message: `cdn.example.net resolves to a ${kind} address, and this registry must not point to one`,
      hint: `if you trust it, allow it (--allow-realm ${registry.host}=${cdn.host})`,
    })
    expect(cdn.requests).toEqual([])
  })

  it('is connected to when the user allowed it', async () => {
    const { outcome } = await redirected({
      proxied: true,
      names: { 'cdn.example.net': here },
      options: (registry, cdn) => ({ allowRealms: [{ registry: registry.host, realm: cdn.host }] }),
    })
    expect(await outcome).toEqual(blob)
  })

  it('is not asked of a SOCKS proxy either when it is looked up here', async () => {
    const { cdn, outcome } = await redirected({
      names: { 'registry.example.com': here, 'cdn.example.net': [['10.0.0.1']] },
      options: (registry) => ({
        proxy: (url) => (url.host === registry.host ? undefined : { scheme: 'socks5', host: '127.0.0.1:1' }),
      }),
    })
    expect(await failureOf(outcome)).toMatchObject({ code: 'ORIGIN_REFUSED' })
    expect(cdn.requests).toEqual([])
  })
})

describe('a name that a registry leads to', () => {
  it('may resolve to where the registry itself is', async () => {
    const { outcome } = await redirected({ names: { 'registry.example.com': here, 'cdn.example.net': here } })
    expect(await outcome).toEqual(blob)
  })

  it('may not resolve to another class', async () => {
    const { cdn, outcome } = await redirected({
      names: { 'registry.example.com': here, 'cdn.example.net': [['192.168.1.1']] },
    })
    expect(await failureOf(outcome)).toMatchObject({ code: 'ORIGIN_REFUSED' })
    expect(cdn.requests).toEqual([])
  })

  it('never resolves to metadata', async () => {
    const { cdn, outcome } = await redirected({
      names: { 'registry.example.com': here, 'cdn.example.net': [['169.254.169.254']] },
      options: (registry, one) => ({ allowRealms: [{ registry: registry.host, realm: one.host }] }),
    })
    expect(await failureOf(outcome)).toMatchObject({
      code: 'ORIGIN_REFUSED',
      message: 'cdn.example.net resolves to a link-local or cloud metadata address, which is forbidden',
    })
    expect(cdn.requests).toEqual([])
  })

  it('is connected to at those of its addresses that are allowed', async () => {
    const { outcome } = await redirected({
      names: { 'registry.example.com': here, 'cdn.example.net': [['169.254.169.254', '10.0.0.1', '127.0.0.1']] },
    })
    expect(await outcome).toEqual(blob)
  })
})

describe('the lookup of names', () => {
  const find = (lookup: Lookup, all: boolean): Promise<unknown> =>
    new Promise((resolve) => {
      lookup('cdn.example.net', { all }, (error, address, family) =>
        resolve(error === null ? [address, family] : (error as { code?: unknown }).code),
      )
    })
  const open: readonly AddressClass[] = ['public']

  it('judges every answer anew, so that a name cannot be bound again (DNS rebinding)', async () => {
    const lookup = lookupAllowed({
      lookup: lookupOf({ 'cdn.example.net': [['8.8.8.8'], ['127.0.0.1'], ['169.254.169.254']] }),
      addresses: open,
    })
    expect(await find(lookup, false)).toEqual(['8.8.8.8', 4])
    expect(await find(lookup, false)).toBe('ORIGIN_REFUSED')
    expect(await find(lookup, true)).toBe('ORIGIN_REFUSED')
  })

  it('keeps what is allowed, in its order', async () => {
    const lookup = lookupAllowed({
      lookup: lookupOf({ 'cdn.example.net': [['fe80::1%eth0', '::1', '2001:4860:4860::8888', '10.0.0.1', '8.8.8.8']] }),
      addresses: open,
    })
    expect(await find(lookup, true)).toEqual([
      [
        { address: '2001:4860:4860::8888', family: 6 },
        { address: '8.8.8.8', family: 4 },
      ],
      undefined,
    ])
  })

  it('passes the error of a failed one on', async () => {
    expect(await find(lookupAllowed({ lookup: lookupOf({}), addresses: open }), true)).toBe('ENOTFOUND')
  })
})
