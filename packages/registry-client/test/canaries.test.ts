import { inspect } from 'node:util'
import { image, makeCertificate, startTestRegistry, type Fault, type TestRegistry } from '@lading/test-registry'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  createUndiciTransport,
  type ClientEvent,
  type Credential,
  type Endpoint,
  type Repository,
  type Transport,
} from '../src/index.ts'
import { atScale } from '../../../test/support/scale.ts'
import { clientOf } from './support/client.ts'
import { descriptorOf } from './support/image.ts'
import { json, serve, type Handler, type ScriptedServer } from './support/scripted-server.ts'
import { sinkOf } from './support/sink.ts'

const password = 'CANARY-password-51'
const refresh = 'CANARY-refresh-52'
const ready = 'CANARY-registry-53'
const cookie = 'CANARY-cookie-54'
const bearer = {
  kind: 'bearer',
  username: 'ann',
  password,
  identityToken: refresh,
  registryToken: ready,
  anonymous: 'nothing',
} as const
const basic = { kind: 'basic', username: 'ann', password } as const
const credentials: Readonly<
  Record<string, { readonly auth: typeof bearer | typeof basic; readonly credential: Credential }>
> = {
  'a password for basic': { auth: basic, credential: basic },
  'a password for a token': { auth: bearer, credential: basic },
  'a refresh token': { auth: bearer, credential: { kind: 'identity', token: refresh } },
  'a registry token': { auth: bearer, credential: { kind: 'registry', token: ready } },
}

const authority = makeCertificate({ authority: true, commonName: 'an authority' })
const leaf = makeCertificate({ issuer: authority, hosts: ['127.0.0.1', 'localhost'] })
const app = image('team/app:1').layer({ 'etc/motd': 'hello' })

/** Says everything it was shown, in every place that a client may print. */
const echo: Handler = (request, response) => {
  const shown = JSON.stringify(request.headers)
  response.statusCode = 401
  response.setHeader(
    'www-authenticate',
    `Bearer realm="https://${request.headers.host}/again", error="invalid_token", error_description="${shown.replaceAll('"', '')}", Basic realm="x"`,
  )
  response.setHeader('warning', `299 - "${shown.replaceAll('"', '')}"`)
  response.end(JSON.stringify({ errors: [{ code: 'UNAUTHORIZED', message: `you showed ${shown}`, detail: shown }] }))
}

interface Stage {
  readonly registry: TestRegistry
  readonly stranger: ScriptedServer
}

type Fact = readonly [what: string, set: (stage: Stage) => readonly Fault[]]

const redirect = (on: Fault['on'], to: string, more: object = {}): Fault => ({ on, then: { redirect: to, ...more } })
const misfortunes: readonly Fact[] = [
  ['nothing goes wrong', () => []],
  ['blobs are at the CDN', () => [redirect('blob', 'cdn')]],
  ["the CDN's signatures have expired", () => [redirect('blob', 'cdn', { expiresInMs: 0 })]],
  [
    'blobs are at a stranger who challenges and repeats what it hears',
    ({ stranger }) => [redirect('blob', `${stranger.origin}/v2/x/blobs/y`)],
  ],
  ['manifests are there', ({ stranger }) => [redirect('manifest', `${stranger.origin}/v2/x/manifests/y`)]],
  ['the token server redirects there', ({ stranger }) => [redirect('token', `${stranger.origin}/token`)]],
  [
    'uploads go on there',
    ({ stranger }) => [{ on: 'upload', then: { status: 202, headers: { location: `${stranger.origin}/upload` } } }],
  ],
  [
    'everything leads to metadata',
    () => [redirect('manifest', 'http://169.254.169.254/x'), redirect('blob', 'http://169.254.169.254/x')],
  ],
  ['the token server is down', () => [{ on: 'token', then: { status: 500 } }]],
  ['the token server hangs up', () => [{ on: 'token', then: 'reset' }]],
  [
    'the registry is down',
    () => [
      { on: 'manifest', then: { status: 503 } },
      { on: 'blob', then: { status: 503 } },
    ],
  ],
  [
    'answers are cut',
    () => [
      { on: 'blob', afterBytes: 3, then: 'reset' },
      { on: 'manifest', afterBytes: 3, then: 'reset' },
    ],
  ],
  [
    'redirects go in a circle',
    () => [
      { on: 'blob', then: 'redirect-loop' },
      { on: 'manifest', then: 'redirect-loop' },
    ],
  ],
]

/** What a log, a crash report or a JSON line could show of a value. */
function everything(value: unknown): string {
  const texts = [
    inspect(value, {
      depth: Infinity,
      showHidden: true,
      getters: true,
      maxStringLength: Infinity,
      maxArrayLength: Infinity,
    }),
    String(value),
    JSON.stringify(value) ?? '',
  ]
  for (let error = value, depth = 0; error instanceof Error && depth < 10; error = error.cause, depth++)
    texts.push(
      error.message,
      error.stack ?? '',
      JSON.stringify(error),
      JSON.stringify((error as { facts?: unknown }).facts) ?? '',
    )
  return texts.join('\n')
}

const spellings = (secret: string): readonly string[] => [
  secret,
  encodeURIComponent(secret),
  Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  Buffer.from(`ann:${secret}`).toString('base64'),
  Buffer.from(`<token>:${secret}`).toString('base64'),
]

/** Where a canary shows, with what stands around it. */
function sightings(text: string, secrets: Iterable<string>): string[] {
  return [...secrets]
    .flatMap(spellings)
    .flatMap((each) =>
      text.includes(each)
        ? [text.slice(Math.max(0, text.indexOf(each) - 120), text.indexOf(each) + each.length + 20)]
        : [],
    )
}

const own = [password, refresh, ready, cookie]

interface Played {
  readonly shown: string
  readonly outcomes: readonly unknown[]
  /** Tokens that were issued on the way, and signatures of redirects. */
  readonly learned: ReadonlySet<string>
}

async function play({ registry, stranger }: Stage, credential: Credential): Promise<Played> {
  const events: ClientEvent[] = []
  const learned = new Set<string>()
  const undici = createUndiciTransport({ certificates: [authority.cert] })
  onTestFinished(() => undici.close())
  const transport: Transport = (request, to, how) => {
    const token = /^Bearer (.+)$/.exec(request.headers['authorization'] ?? '')?.[1]
    if (token !== undefined) learned.add(token)
    if (request.url.host === registry.cdn.host)
      for (const [, value] of request.url.searchParams) if (value.length > 20) learned.add(value)
    return undici.transport(request, to, how)
  }
  const client = clientOf({
    credentials: () => Promise.resolve(credential),
    certificates: [authority.cert],
    transport,
    onEvent: (event) => events.push(event),
  })
  const endpoint: Endpoint = {
    url: registry.url,
    host: registry.host,
    scheme: 'https',
    mirror: false,
    insecure: false,
    headers: { cookie: `session=${cookie}` },
  }
  const repository = client.repository(`${registry.host}/team/app`, { endpoint })
  const outcomes = await operate(
    repository,
    repository.blobs.fetchForeign(`${stranger.origin}/layer`, descriptorOf(Buffer.from('x')), sinkOf()),
  )
  return { learned, outcomes, shown: [client, repository, events, ...outcomes].map(everything).join('\n') }
}

async function operate(
  { manifests, blobs, tags, referrers }: Repository,
  foreign: Promise<unknown>,
): Promise<readonly unknown[]> {
  const blob = Buffer.from('new')
  const layer = app.build().layers[0]
  if (layer === undefined) throw new Error('no layer')
  const listed = async (list: AsyncIterable<unknown>): Promise<void> => {
    for await (const _ of list);
  }
  const settled = await Promise.allSettled([
    manifests.get('1'),
    manifests.head('1'),
    manifests.get('missing'),
    blobs.fetch({ ...layer, mediaType: 'x/y' }, sinkOf()),
    blobs.read({ ...layer, mediaType: 'x/y' }),
    blobs.upload(descriptorOf(blob), blob),
    listed(tags()),
    listed(referrers(layer.digest)),
    manifests.delete('1'),
    foreign,
  ])
  return settled.map((each) => (each.status === 'rejected' ? (each.reason as unknown) : undefined))
}

const kinds = Object.keys(credentials)
describe.each(Object.entries(credentials))(
  'CVE-2025-48374, CVE-2025-65965, CVE-2025-0495, GHSA-prh4-vhfh-24mj (C20): with %s',
  (held, { auth, credential }) => {
    // Each once in the ordinary run, with one credential after the other.
    const mine = misfortunes.filter((_, at) => atScale(at % kinds.length === kinds.indexOf(held), true))
    it.each(mine)('no canary leaves its origin or shows, when %s', async (_what, set) => {
      const stranger = await serve(echo, { tls: leaf, hostname: 'localhost' })
      await using registry = await startTestRegistry({
        images: [app],
        auth,
        tls: { cert: leaf.cert, key: leaf.key, ca: authority.cert },
      })
      for (const fault of set({ registry, stranger })) registry.addFault(fault)
      const { shown, learned, outcomes } = await play({ registry, stranger }, credential)
      expect(sightings(shown, [...own, ...learned])).toEqual([])
      expect(outcomes[0] === undefined || registry.faults().length > 0, String(outcomes[0])).toBe(true)
      registry.journal.assertNoSecretAt('cdn')
      expect(sightings(JSON.stringify([stranger.requests, registry.journal.requests({ origin: 'cdn' })]), own)).toEqual(
        [],
      )
      for (const { headers } of stranger.requests)
        for (const name of ['cookie', 'proxy-authorization']) expect(headers).not.toHaveProperty(name)
    })

    it('a token server elsewhere sees none, and what it makes of that shows none', async () => {
      const stranger = await serve(echo, { tls: leaf, hostname: 'localhost' })
      await using registry = await startTestRegistry({
        images: [app],
        auth: auth.kind === 'bearer' ? { ...auth, realm: `${stranger.origin}/token` } : auth,
        tls: { cert: leaf.cert, key: leaf.key, ca: authority.cert },
      })
      const { shown } = await play({ registry, stranger }, credential)
      expect(sightings(shown, own)).toEqual([])
      expect(sightings(JSON.stringify(stranger.requests), own)).toEqual([])
    })

    it('a registry that repeats what it was shown does not make us print it', async () => {
      const parrot: ScriptedServer = await serve(
        (request, response) => {
          if (request.url?.startsWith('/token') === true && credential.kind === 'basic' && auth.kind === 'bearer')
            return json(response, 200, { token: 'CANARY-issued-55' })
          return echo(request, response)
        },
        { tls: leaf },
      )
      const stage = {
        registry: { url: parrot.origin, host: parrot.host, cdn: { host: '' } } as TestRegistry,
        stranger: parrot,
      }
      const { shown, learned, outcomes } = await play(stage, credential)
      expect(outcomes.filter((each) => each instanceof Error).length).toBeGreaterThan(5)
      expect(sightings(shown, [...own, ...learned])).toEqual([])
    })
  },
)
