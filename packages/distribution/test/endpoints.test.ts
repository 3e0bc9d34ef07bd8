import { image, makeCertificate, startTestRegistry } from '@lading/test-registry'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { ClientEvent, Endpoint, Hosts, HostsAnswer } from '@lading/registry-client'
import { freePort } from '../../../test/support/free-port.ts'
import { failure, scene } from './scene.ts'

const app = image('t/app:1').layer({ a: 'a' })
const hub = image('library/app:1').layer({ hub: 'yes' })
const day = 86_400_000

describe('the endpoint loop', () => {
  it('falls to http on loopback where nothing speaks TLS', async () => {
    const { registry, pull, eventsOf } = await scene()
    await registry.seed(app)
    await pull('t/app:1')
    expect(eventsOf('endpoint').map(({ url }) => url)).toEqual([`https://${registry.host}`, `http://${registry.host}`])
    expect(eventsOf('endpoint:failed')).toHaveLength(1)
  })

  it('never goes to http where TLS was seen, however the certificate looks', async () => {
    const certificates = {
      'self-signed': makeCertificate({ hosts: ['127.0.0.1'] }),
      expired: makeCertificate({
        hosts: ['127.0.0.1'],
        notBefore: new Date(Date.now() - 2 * day),
        notAfter: new Date(Date.now() - day),
      }),
      'wrong name': makeCertificate({ hosts: ['elsewhere.example'] }),
    }
    for (const [what, certificate] of Object.entries(certificates)) {
      const { registry, pull, eventsOf } = await scene({ registry: { tls: certificate } })
      await registry.seed(app)
      const error = await failure(pull('t/app:1'))
      expect(error.code, what).toBe('TLS_REFUSED')
      expect(error.message, what).toContain(registry.host)
      expect(error.hint, what).toContain('--insecure')
      expect(
        eventsOf('endpoint').map(({ url }) => url),
        what,
      ).toEqual([`https://${registry.host}`])
    }
  })

  it('takes any certificate from a host that the user marked insecure, and one of a CA it was given', async () => {
    const port = await freePort()
    const insecure = await scene({ registry: { tls: true, port }, puller: { insecure: [`127.0.0.1:${port}`] } })
    await insecure.registry.seed(app)
    expect((await insecure.pull('t/app:1')).status).toBe('downloaded')
    const bystander = await startTestRegistry({ tls: true })
    onTestFinished(() => bystander.close())
    const trusting = await scene({ registry: { tls: true } })
    await trusting.registry.seed(app)
    expect((await failure(trusting.pull('t/app:1'))).code).toBe('TLS_REFUSED')
  })

  it('reports that nobody answers, with host and reference', async () => {
    const { puller } = await scene()
    const port = await freePort()
    const error = await failure(puller.pull(`127.0.0.1:${port}/t/app:1`))
    expect(error).toMatchObject({ code: 'CONNECTION_REFUSED', facts: { reference: `127.0.0.1:${port}/t/app:1` } })
    expect(error.message).toContain(`127.0.0.1:${port}`)
    expect(error.hint).toBeDefined()
  })

  it('asks a mirror first for docker.io, and goes on to the next when it fails', async () => {
    const dead = await startTestRegistry({ faults: [{ on: 'any', then: { status: 500 } }] })
    const empty = await startTestRegistry()
    const good = await startTestRegistry({ images: [hub] })
    for (const registry of [dead, empty, good]) onTestFinished(() => registry.close())
    const { puller, events } = await scene({ puller: { mirrors: [dead.url, empty.url, good.url] } })
    const pulled = await puller.pull('app:1', { platform: 'linux/amd64', onEvent: (event) => events.push(event) })
    expect(pulled.reference).toBe('docker.io/library/app:1')
    expect(events.filter(({ type }) => type === 'endpoint').map((event) => 'url' in event && event.url)).toEqual([
      dead.url,
      empty.url,
      good.url,
    ])
    expect(good.journal.requests()[0]?.path).toContain('/v2/library/app/')
  })
})

describe('signing in', () => {
  it('gets an anonymous token from the first challenge, once for all layers', async () => {
    const { registry, pull } = await scene({ registry: { auth: { kind: 'bearer' } } })
    await registry.seed(app.layer({ b: 'b' }).layer({ c: 'c' }))
    await pull('t/app:1')
    expect(registry.journal.requests({ kind: 'token' })).toHaveLength(1)
    expect(registry.journal.requests({ kind: 'ping' })).toEqual([])
  })

  it('uses a user’s password at the token server, or with basic', async () => {
    for (const kind of ['bearer', 'basic'] as const) {
      const { registry, pull } = await scene({
        registry: { auth: { kind, username: 'u', password: 'p' } },
        puller: { credentials: async () => ({ kind: 'basic', username: 'u', password: 'p' }) },
      })
      await registry.seed(app)
      expect((await pull('t/app:1')).status, kind).toBe('downloaded')
    }
  })

  it('refreshes a token that expires during the pull, once', async () => {
    const { registry, pull } = await scene({ registry: { auth: { kind: 'bearer', expiresAfterRequests: 3 } } })
    await registry.seed(app.layer({ b: 'b' }).layer({ c: 'c' }))
    expect((await pull('t/app:1')).status).toBe('downloaded')
    expect(registry.journal.requests({ kind: 'token' }).length).toBeGreaterThan(1)
  })

  it('says what is missing without a password, and what was wrong with one', async () => {
    const { registry, pull } = await scene({ registry: { auth: { kind: 'basic', username: 'u', password: 'p' } } })
    await registry.seed(app)
    const error = await failure(pull('t/app:1'))
    expect(error.code).toBe('UNAUTHORIZED')
    expect(error.message).toContain('may require a login')
  })
})

describe('what configuration says of a registry', () => {
  /** The upstream as a mirror of itself, and the mirrors before it, as a file might have them. */
  const hostsOf = (answer: (own: Endpoint) => HostsAnswer): Hosts => ({
    consult: ({ domain }) =>
      answer({ url: `http://${domain}`, host: domain, scheme: 'http', mirror: false, insecure: false }),
    insecure: () => undefined,
    tls: () => undefined,
  })
  const mirrorAt = ({ url, host }: { readonly url: string; readonly host: string }): Endpoint => ({
    url,
    host,
    scheme: 'http',
    mirror: true,
    insecure: false,
  })

  it('lets a mirror that resolves no tags serve what is behind them, and the registry what the mirror lacks', async () => {
    const mirror = await startTestRegistry()
    onTestFinished(() => mirror.close())
    const shared = image('t/app:1').layer({ a: 'shared' })
    await mirror.seed(shared)
    const { registry, pull, eventsOf } = await scene({
      client: {
        hosts: hostsOf((own) => ({
          endpoints: [{ ...mirrorAt(mirror), capabilities: ['pull'] }, own],
          passedOver: [],
        })),
      },
    })
    const both = await registry.seed(image('t/app:1').layer({ a: 'shared' }).layer({ b: 'upstream only' }))
    expect((await pull('t/app:1')).status).toBe('downloaded')
    const [there, here] = both.layers.map(({ digest }) => digest)
    mirror.journal.assertFetchedOnce(there ?? '')
    registry.journal.assertNotFetched(there ?? '')
    registry.journal.assertFetchedOnce(here ?? '')
    expect(mirror.journal.requests({ kind: 'manifest' })).toEqual([])
    expect(eventsOf('endpoint').map(({ url }) => url)).toEqual([registry.url])
  })

  it('leaves the content to the others where a mirror resolves tags alone', async () => {
    const mirror = await startTestRegistry()
    onTestFinished(() => mirror.close())
    await mirror.seed(app)
    const { registry, pull } = await scene({
      client: {
        hosts: hostsOf((own) => ({
          endpoints: [{ ...mirrorAt(mirror), capabilities: ['resolve'] }, own],
          passedOver: [],
        })),
      },
    })
    const { layers } = await registry.seed(app)
    await pull('t/app:1')
    registry.journal.assertFetchedOnce(layers[0]?.digest ?? '')
    expect(mirror.journal.requests({ kind: 'blob' })).toEqual([])
    expect(registry.journal.requests({ kind: 'manifest' })).toEqual([])
  })

  it('is an error with reference, file and rule where it blocks, and nobody is asked', async () => {
    const { registry, pull } = await scene({
      client: { hosts: hostsOf(() => ({ blocked: { file: '/etc/some.conf', rule: 'a rule' }, passedOver: [] })) },
    })
    await registry.seed(app)
    const error = await failure(pull('t/app:1'))
    expect(error).toMatchObject({ code: 'HOST_BLOCKED', facts: { reference: `${registry.host}/t/app:1` } })
    expect(error.message).toContain('blocked by a rule in /etc/some.conf')
    expect(registry.journal.entries).toEqual([])
  })

  it('costs a pull of many layers no more than one look at a mirror that is gone', async () => {
    const port = await freePort()
    const gone = { url: `http://127.0.0.1:${port}`, host: `127.0.0.1:${port}` }
    const asked: string[] = []
    const onEvent = (event: ClientEvent): void => {
      if (event.type === 'request' && event.url.startsWith(gone.url)) asked.push(event.url)
    }
    const { registry, pull } = await scene({
      client: {
        onEvent,
        hosts: hostsOf((own) => ({ endpoints: [{ ...mirrorAt(gone), capabilities: ['pull'] }, own], passedOver: [] })),
      },
    })
    let many = image('t/many:1')
    for (let layer = 0; layer < 12; layer++) many = many.layer({ [`f${layer}`]: 'x' })
    await registry.seed(many)
    await pull('t/many:1')
    // Config and layers begin together: those that were on their way before the first failed are no news.
    expect(asked.length).toBeLessThanOrEqual(4)
  })
})
