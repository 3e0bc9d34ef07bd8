import type { Credential, Endpoint, RegistryClient, TransportReceiver, TransportRequest } from '../../src/index.ts'
import { clientOf } from './client.ts'
import { descriptorOf, manifestOf, manifestType } from './image.ts'
import { sinkOf } from './sink.ts'

export const purposes = [
  'realm',
  'redirect of a manifest',
  'redirect of a blob',
  'Location of an upload',
  'Link',
  'urls of a layer',
] as const
export type Purpose = (typeof purposes)[number]

export const credentials: Readonly<Record<'basic' | 'identity' | 'registry', Credential>> = {
  basic: { kind: 'basic', username: 'ann', password: 'CANARY-password' },
  identity: { kind: 'identity', token: 'CANARY-refresh' },
  registry: { kind: 'registry', token: 'CANARY-registry' },
}
const endpointSecrets = {
  headers: { cookie: 'session=CANARY-cookie', 'x-registry-token': 'CANARY-header' },
  tls: { cert: 'CANARY-certificate', key: 'CANARY-key' },
}

export interface Situation {
  readonly registry: string
  /** The origin that an answer of the registry leads to. */
  readonly target: string
  readonly purpose: Purpose
  readonly secret: keyof typeof credentials
  readonly insecure: boolean
  readonly allowed: boolean
  /** The target wants to know who is there, before it gives anything. */
  readonly curious: boolean
}

/** `endpoint`: its client certificate, cookies and own headers. */
type Secret = 'credential' | 'token' | 'endpoint' | 'proxy'

export interface Seen {
  /** Was the place that the answer named called? */
  readonly called: boolean
  /** What of the client's secrets was shown there, in any request. */
  readonly there: ReadonlySet<Secret>
  /** The same of all other origins that are not the registry's. */
  readonly elsewhere: ReadonlySet<string>
  readonly error: unknown
}

const blob = Buffer.from('a layer')
const manifest = manifestOf()
const led = '/led'

/** Runs one operation of a real client against a registry that leads it to `target`; the network is in memory. */
export async function lead(situation: Situation): Promise<Seen> {
  const { registry, target, insecure, allowed } = situation
  const registryHost = new URL(registry).host
  const requests: TransportRequest[] = []
  const client = clientOf({
    credentials: () => Promise.resolve(credentials[situation.secret]),
    insecure: insecure ? [registryHost] : [],
    allowRealms: allowed ? [{ registry: registryHost, realm: new URL(target).host }] : [],
    proxy: () => ({ scheme: 'http', host: 'proxy.example:3128', username: 'ann', password: 'CANARY-proxy' }),
    async transport(request, to) {
      requests.push(request)
      await answer(situation, request, to)
    },
  })
  const endpoint: Endpoint = {
    url: registry,
    host: registryHost,
    scheme: registry.startsWith('https') ? 'https' : 'http',
    mirror: false,
    insecure,
    ...endpointSecrets,
  }
  const error = await operate(client, endpoint, situation).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  const isTarget = ({ url }: TransportRequest): boolean =>
    url.origin === new URL(target).origin && (url.origin !== new URL(registry).origin || url.pathname.startsWith(led))
  const others = requests.filter((request) => !isTarget(request) && request.url.origin !== new URL(registry).origin)
  return {
    called: requests.some(isTarget),
    there: secretsIn(requests.filter(isTarget)),
    elsewhere: secretsIn(others),
    error,
  }
}

async function operate(client: RegistryClient, endpoint: Endpoint, { purpose, target }: Situation): Promise<void> {
  const repository = client.repository(`${endpoint.host}/a`, { endpoint })
  switch (purpose) {
    case 'realm':
    case 'redirect of a manifest':
      await repository.manifests.get('1')
      return
    case 'redirect of a blob':
      return repository.blobs.fetch(descriptorOf(blob), sinkOf())
    case 'Location of an upload':
      await repository.blobs.upload(descriptorOf(blob), blob)
      return
    case 'Link':
      for await (const _ of repository.tags());
      return
    case 'urls of a layer':
      return repository.blobs.fetchForeign(`${target}${led}`, descriptorOf(blob), sinkOf())
  }
}

async function answer(
  situation: Situation,
  { method, url, headers }: TransportRequest,
  to: TransportReceiver,
): Promise<void> {
  const { registry, target, purpose, secret, curious } = situation
  const reply = async (
    status: number,
    body: string | Uint8Array = '',
    more: Record<string, string> = {},
  ): Promise<void> => {
    await to.head(status, new Headers({ 'content-length': String(Buffer.byteLength(body)), ...more }))
    if (method !== 'HEAD' && body.length > 0) await to.data(Buffer.from(body))
  }
  const here = `${target}${led}`
  if (url.pathname.endsWith('/token'))
    return reply(200, JSON.stringify({ token: url.origin === new URL(registry).origin ? 'CANARY-bearer' : 'anybody' }))
  const isLed = url.pathname.startsWith(led)
  if (isLed && purpose === 'realm')
    return curious && headers['authorization'] === undefined && method === 'GET'
      ? reply(401, '{}', { 'www-authenticate': 'Basic realm="who"' })
      : reply(200, JSON.stringify({ token: 'CANARY-bearer' }))
  if (isLed && curious && headers['authorization'] === undefined)
    return reply(401, '{}', { 'www-authenticate': `Bearer realm="${target}/token", Basic realm="who"` })
  if (!isLed && headers['authorization'] === undefined) {
    const realm = purpose === 'realm' ? here : `${registry}/token`
    return reply(401, '{}', {
      'www-authenticate':
        secret === 'basic' && purpose !== 'realm' ? 'Basic realm="x"' : `Bearer realm="${realm}",service=s`,
    })
  }
  switch (purpose) {
    case 'realm':
      return reply(200, manifest.bytes, { 'content-type': manifestType })
    case 'redirect of a manifest':
      return isLed ? reply(200, manifest.bytes, { 'content-type': manifestType }) : reply(307, '', { location: here })
    case 'redirect of a blob':
      return isLed ? reply(200, blob) : reply(307, '', { location: here })
    case 'Location of an upload':
      return isLed ? reply(method === 'PUT' ? 201 : 202, '', { location: here }) : reply(202, '', { location: here })
    case 'Link':
      return isLed
        ? reply(200, JSON.stringify({ name: 'a', tags: ['b'] }))
        : reply(200, JSON.stringify({ name: 'a', tags: ['a'] }), { link: `<${here}>; rel="next"` })
    case 'urls of a layer':
      return reply(200, blob)
  }
}

function secretsIn(requests: readonly TransportRequest[]): Set<Secret> {
  const text = requests
    .map(
      ({ url, headers, body, tls }) =>
        `${url.href}\n${JSON.stringify(headers)}\n${Buffer.from((headers['authorization'] ?? '').replace(/^Basic /, ''), 'base64').toString()}\n${typeof body === 'string' ? body : ''}\n${JSON.stringify(tls ?? {})}`,
    )
    .join('\n')
  const seen = new Set<Secret>()
  if (/CANARY-(?:password|refresh|registry)/.test(text)) seen.add('credential')
  if (text.includes('CANARY-bearer')) seen.add('token')
  if (text.includes('CANARY-proxy') || requests.some(({ headers }) => headers['proxy-authorization'] !== undefined))
    seen.add('proxy')
  if (/CANARY-(?:cookie|header|certificate|key)/.test(text)) seen.add('endpoint')
  return seen
}
