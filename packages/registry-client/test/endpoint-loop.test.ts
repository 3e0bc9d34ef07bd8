import type { IncomingMessage, ServerResponse } from 'node:http'
import { LadingError } from '@lading/errors'
import { parseReference } from '@lading/reference'
import { makeCertificate } from '@lading/test-registry'
import { describe, expect, it } from 'vitest'
import type { Capability, Endpoint, EndpointEvent, Hosts, Repository } from '../src/index.ts'
import { clientOf, failureOf } from './support/client.ts'
import { descriptorOf, manifestOf, manifestType } from './support/image.ts'
import { bytes, json, serve, type ScriptedServer } from './support/scripted-server.ts'
import { sinkOf } from './support/sink.ts'

const blob = Buffer.alloc(5000, 'x')
const manifest = manifestOf(Buffer.from('{}'), [blob])
const wrong = Buffer.alloc(5000, 'y')

type Answer = (request: IncomingMessage, response: ServerResponse) => void | boolean

/** A registry that has everything, but for what `answer` says. */
const serving = (answer: Answer = () => false): Promise<ScriptedServer> =>
  serve((request, response) => {
    if (answer(request, response) !== false) return
    const url = request.url ?? ''
    if (url.includes('/tags/list')) json(response, 200, { name: 't/app', tags: ['1', '2'] })
    else if (url.includes('/blobs/')) bytes(response, 200, blob)
    else bytes(response, 200, manifest.bytes, { 'content-type': manifestType })
  })
/** Refuses what is asked for at a URL with this in it. */
const refusing =
  (part: string, status: number): Answer =>
  (request, response) =>
    request.url?.includes(part) === true ? json(response, status, { errors: [] }) : false
/** Ends the body of a blob after 10 bytes, so often. */
const breaking = (times: number): Answer => {
  let left = times
  return (request, response) => {
    if (request.url?.includes('/blobs/') !== true || left-- <= 0) return false
    response.writeHead(200, { 'content-length': String(blob.length) })
    response.write(blob.subarray(0, 10), () => response.destroy())
    return true
  }
}

interface Scene {
  readonly repository: Repository
  readonly events: EndpointEvent[]
  /** What was asked of which server since it was last looked at: `mirror 1`, `registry blob`. */
  asked(): readonly string[]
}

async function sceneOf(mirror: Answer, registry: Answer = () => false): Promise<Scene> {
  const order: string[] = []
  const named =
    (name: string, answer: Answer): Answer =>
    (request, response) => {
      const what = request.url?.includes('/blobs/') === true ? 'blob' : (request.url?.split('/').at(-1) ?? '')
      if (what === '') order.push(`${name} ping`)
      else order.push(`${name} ${what === manifest.digest ? 'manifest' : what}`)
      return answer(request, response)
    }
  const [one, two] = [await serving(named('mirror', mirror)), await serving(named('registry', registry))]
  const events: EndpointEvent[] = []
  const repository = clientOf({ mirrors: [`${two.host}=${one.origin}`] }).repository(`${two.host}/t/app`, {
    onEvent: (event) => events.push(event),
  })
  return { repository, events, asked: () => order.splice(0) }
}

const gather = async (list: AsyncIterable<unknown>): Promise<number> => {
  let count = 0
  for await (const _ of list) count += 1
  return count
}
const fetch = (repository: Repository): Promise<void> => repository.blobs.fetch(descriptorOf(blob), sinkOf())

describe('which endpoint is asked', () => {
  it('is decided for each tag by itself', async () => {
    const { repository, asked } = await sceneOf(refusing('/manifests/1', 404))
    for (const tag of ['1', '1', '2']) await repository.manifests.get(tag)
    expect(asked()).toEqual(['mirror 1', 'mirror ping', 'registry 1', 'registry 1', 'mirror 2'])
  })

  it('for content leaves a mirror out that lacks the tag, until it has one', async () => {
    const { repository, asked } = await sceneOf(refusing('/manifests/1', 404))
    await repository.manifests.get('1')
    await fetch(repository)
    await repository.manifests.get('2')
    await fetch(repository)
    expect(asked()).toEqual(['mirror 1', 'mirror ping', 'registry 1', 'registry blob', 'mirror 2', 'mirror blob'])
  })

  it.each([401, 403, 404, 405, 500])(
    'after a mirror’s %s is the next, and of the registry’s there is none',
    async (status) => {
      const here = await sceneOf(refusing('/manifests/1', status))
      await here.repository.manifests.get('1')
      expect(here.asked().at(-1)).toBe('registry 1')
      const there = await sceneOf(refusing('/manifests/1', status), refusing('/manifests/1', status))
      expect(await failureOf(there.repository.manifests.get('1'))).toMatchObject({ facts: { status } })
    },
  )

  it('is not another one after a list was refused', async () => {
    const { repository, asked } = await sceneOf(refusing('/tags/list', 403))
    expect(await gather(repository.tags())).toBe(2)
    await repository.manifests.get('1')
    await fetch(repository)
    expect(asked()).toEqual(['mirror list', 'mirror ping', 'registry list', 'mirror 1', 'mirror blob'])
  })

  it('is nobody after what the caller or the caller’s disk did', async () => {
    const { repository, asked, events } = await sceneOf(() => false)
    expect(await failureOf(repository.manifests.get('no tag'))).toMatchObject({ code: 'TARGET_INVALID' })
    expect(
      await failureOf(repository.blobs.fetch({ ...descriptorOf(blob), digest: 'sha256:x' }, sinkOf())),
    ).toMatchObject({
      code: 'DIGEST_INVALID_LENGTH',
    })
    expect(asked()).toEqual([])
    const full = { ...sinkOf(), write: () => Promise.reject(new Error('the disk is full')) }
    expect(await failureOf(repository.blobs.fetch(descriptorOf(blob), full))).toMatchObject({ code: 'SINK_FAILED' })
    expect(asked()).toEqual(['mirror blob'])
    expect(events.filter(({ type }) => type === 'endpoint:failed')).toEqual([])
  })

  it('is nobody after the caller gave up, whatever the reason looks like', async () => {
    const leave = new AbortController()
    const { repository, asked } = await sceneOf(() => leave.abort(new LadingError('TIMEOUT', 'enough')))
    expect(await failureOf(repository.manifests.get('1', { signal: leave.signal }))).toBe(leave.signal.reason)
    expect(asked()).toEqual(['mirror 1'])
  })

  it('is the same for the next tag, where it is one of the domain’s own', async () => {
    const registry = await serving()
    const events: EndpointEvent[] = []
    const repository = clientOf().repository(`${registry.host}/t/app`, { onEvent: (event) => events.push(event) })
    for (const tag of ['1', '2', '3']) await repository.tagged(tag).manifests.get(tag)
    expect(events.flatMap((event) => (event.type === 'endpoint' ? [event.url] : []))).toEqual([
      `https://${registry.host}`,
      ...Array.from({ length: 3 }, () => registry.origin),
    ])
  })

  it('is told with the reason why it is another', async () => {
    const { repository, events } = await sceneOf(refusing('/manifests/1', 403))
    await repository.manifests.get('1')
    const [mirror, own] = [events[0]?.url ?? '', events[2]?.url ?? '']
    expect(events.slice(0, 3)).toEqual([
      { type: 'endpoint', url: mirror, mirror: true, need: 'resolve' },
      expect.objectContaining({ type: 'endpoint:failed', url: mirror, mirror: true, need: 'resolve', code: 'DENIED' }),
      { type: 'endpoint', url: own, mirror: false, need: 'resolve' },
    ])
  })

  it('for another tag is planned anew', async () => {
    const [mirror, registry] = [await serving(), await serving()]
    const endpoint = ({ origin: url, host }: ScriptedServer, isMirror: boolean): Endpoint => ({
      url,
      host,
      scheme: 'http',
      mirror: isMirror,
      insecure: false,
    })
    const hosts: Hosts = {
      consult: ({ tag }) => ({
        endpoints: [...(tag === '2' ? [endpoint(mirror, true)] : []), endpoint(registry, false)],
        passedOver: [],
      }),
      insecure: () => undefined,
      tls: () => undefined,
    }
    const repository = clientOf({ hosts }).repository(`${registry.host}/t/app`)
    for (const tag of ['1', '2']) await repository.tagged(tag).manifests.get(tag)
    expect(mirror.requests.map(({ line }) => line)).toEqual(['GET /v2/t/app/manifests/2'])
    expect(registry.requests.map(({ line }) => line)).toEqual(['GET /v2/t/app/manifests/1'])
  })
})

describe('a blob that breaks off', () => {
  it('is asked of the same mirror once more, and then of the next', async () => {
    const { repository, asked } = await sceneOf(breaking(9))
    for (let time = 0; time < 2; time++)
      expect(await failureOf(fetch(repository))).toMatchObject({ code: 'CONNECTION_LOST' })
    await fetch(repository)
    expect(asked()).toEqual(['mirror blob', 'mirror blob', 'registry blob'])
  })

  it('before its answer is asked of the next, and the mirror is asked again', async () => {
    let lost = 0
    // A lost connection is tried once more in silence.
    const { repository, asked } = await sceneOf((_request, response) => (lost++ < 2 ? void response.destroy() : false))
    for (let time = 0; time < 2; time++) await fetch(repository)
    expect(asked()).toEqual(['mirror blob', 'mirror blob', 'registry blob', 'mirror blob'])
  })

  it('is asked of the mirror again where the registry has it not', async () => {
    const { repository, asked } = await sceneOf(breaking(2), refusing('/blobs/', 404))
    for (let time = 0; time < 2; time++) await failureOf(fetch(repository))
    await fetch(repository)
    expect(asked()).toEqual(['mirror blob', 'mirror blob', 'registry blob', 'registry ping', 'mirror blob'])
  })
})

describe('content that is found wrong', () => {
  const spoiling: Answer = (request, response) =>
    request.url?.includes('/blobs/') === true ? bytes(response, 200, wrong) : false

  it('by who read it to the end is asked of the next', async () => {
    const { repository, asked } = await sceneOf(spoiling)
    expect(await failureOf(gather(repository.blobs.open(descriptorOf(blob))))).toMatchObject({
      code: 'DIGEST_MISMATCH',
    })
    expect(await gather(repository.blobs.open(descriptorOf(blob)))).toBeGreaterThan(0)
    expect(asked()).toEqual(['mirror blob', 'registry blob'])
  })

  it('while it arrives is asked of the next', async () => {
    const { repository, asked } = await sceneOf((request, response) => {
      if (request.url?.includes('/blobs/') !== true) return false
      response.writeHead(200)
      response.end(Buffer.alloc(blob.length + 1))
      return true
    })
    expect(await failureOf(fetch(repository))).toMatchObject({ code: 'SIZE_MISMATCH' })
    await fetch(repository)
    expect(asked()).toEqual(['mirror blob', 'registry blob'])
  })

  it('by the caller is not asked of that mirror again, nor is other content', async () => {
    const { repository, asked, events } = await sceneOf(spoiling)
    await fetch(repository)
    expect(repository.distrust(descriptorOf(blob).digest, new Error('not what it was'))).toBe(true)
    expect(events.at(-1)).toMatchObject({
      type: 'endpoint:failed',
      mirror: true,
      need: 'pull',
      message: 'not what it was',
    })
    await fetch(repository)
    await repository.manifests.get(manifest.digest)
    expect(asked()).toEqual(['mirror blob', 'registry blob', 'registry manifest'])
    // What the registry itself gave stands, and so does what nobody gave.
    expect(repository.distrust(descriptorOf(blob).digest, 'x')).toBe(false)
    expect(repository.distrust('1', 'x')).toBe(false)
  })

  it('of a tag is asked of the next, and there is none after a mirror that was named alone', async () => {
    const { repository, asked } = await sceneOf(() => false)
    await repository.manifests.get('1')
    expect(repository.distrust('1', 'x')).toBe(true)
    await repository.manifests.get('1')
    expect(asked()).toEqual(['mirror 1', 'registry 1'])
    const mirror = await serving()
    const endpoint: Endpoint = { url: mirror.origin, host: mirror.host, scheme: 'http', mirror: true, insecure: false }
    const alone = clientOf().repository('docker.io/t/app', { endpoint })
    await alone.manifests.get('1')
    expect(alone.distrust('1', 'x')).toBe(false)
  })
})

describe('a foreign URL of a layer', () => {
  const own = {
    url: 'https://registry.example',
    host: 'registry.example',
    scheme: 'https',
    mirror: false,
    insecure: false,
  } as const
  const mirror = {
    url: 'http://127.0.0.1:5000',
    host: '127.0.0.1:5000',
    scheme: 'http',
    mirror: true,
    insecure: false,
    capabilities: ['pull'],
  } as const

  it.each([
    ['the tag', ['1', manifest.digest], 'ORIGIN_REFUSED'],
    ['what was asked for by digest, where there was no tag', [manifest.digest], undefined],
  ] as const)('may lead as far as the one may that gave %s', async (_what, targets, code) => {
    const repository = clientOf({
      hosts: {
        consult: () => ({ endpoints: [mirror, own], passedOver: [] }),
        insecure: () => undefined,
        tls: () => undefined,
      },
      async transport({ url }, to) {
        await to.head(200, new Headers({ 'content-type': manifestType }))
        await to.data(url.pathname === '/layer' ? blob : manifest.bytes)
      },
    }).repository('registry.example/t/app')
    for (const target of targets) await repository.manifests.get(target)
    const outcome = await repository.blobs
      .fetchForeign('http://127.0.0.1:6000/layer', descriptorOf(blob), sinkOf())
      .catch((error: LadingError) => error.code)
    expect(outcome).toBe(code)
  })
})

describe('what is explained of an endpoint', () => {
  const everything: readonly Capability[] = ['resolve', 'pull', 'push', 'referrers']
  const hostsOf = (...endpoints: readonly Endpoint[]): Hosts => ({
    consult: () => ({ endpoints, passedOver: [] }),
    insecure: () => undefined,
    tls: () => undefined,
  })
  const reference = parseReference('registry.example/t/app')

  it('are its capabilities, and that nothing is changed at a mirror', () => {
    const own = {
      url: 'https://own.example',
      host: 'own.example',
      scheme: 'https',
      mirror: false,
      insecure: false,
    } as const
    const mirror = {
      ...own,
      url: 'https://m.example',
      host: 'm.example',
      mirror: true,
      capabilities: ['pull', 'push'],
    } as const
    expect(clientOf({ hosts: hostsOf(mirror, own) }).explain(reference).endpoints).toEqual([
      {
        endpoint: mirror,
        asked: ['pull'],
        passedOver: [
          { need: 'resolve', why: 'its capabilities are pull, push' },
          { need: 'push', why: 'nothing is changed at a mirror' },
          { need: 'referrers', why: 'its capabilities are pull, push' },
        ],
      },
      { endpoint: own, asked: everything, passedOver: [] },
    ])
  })

  it('is that it rests, as long as it does', async () => {
    const gone = await serving((_request, response) => void response.destroy())
    const registry = await serving()
    const client = clientOf({ mirrors: [`${registry.host}=${gone.origin}`] })
    expect(client.explain(registry.host).endpoints[0]).toMatchObject({ asked: ['resolve', 'pull', 'referrers'] })
    await client.repository(`${registry.host}/t/app`).manifests.get('1')
    const asked = gone.requests.length
    const [mirror] = client.explain(registry.host).endpoints
    expect(mirror).toMatchObject({ asked: [] })
    expect(mirror?.passedOver[0]).toMatchObject({
      need: 'resolve',
      why: expect.stringContaining(`the mirror ${gone.host} is skipped`) as string,
    })
    // The loop decides by the same: nobody asks it.
    const events: EndpointEvent[] = []
    await client.repository(`${registry.host}/t/app`, { onEvent: (event) => events.push(event) }).manifests.get('2')
    expect(gone.requests).toHaveLength(asked)
    expect(events[0]).toMatchObject({ type: 'endpoint:failed', url: gone.origin, code: 'MIRROR_SKIPPED' })
  })

  it('is that plain http is not spoken after TLS', async () => {
    const tls = makeCertificate({ hosts: ['127.0.0.1'] })
    const registry = await serve((_request, response) => json(response, 404, {}), { tls })
    const client = clientOf()
    const { host } = registry
    expect(client.explain(host).endpoints.map(({ asked }) => asked)).toEqual([everything, everything])
    expect(await failureOf(client.repository(`${host}/t/app`).manifests.get('1'))).toMatchObject({
      code: 'TLS_REFUSED',
    })
    expect(client.explain(host).endpoints).toMatchObject([
      { asked: everything },
      { asked: [], passedOver: [{ why: expect.stringContaining(`${host} supports TLS`) as string }, {}, {}, {}] },
    ])
  })

  it('is who blocks it, and what the files name for others', () => {
    const blocked = { file: '/etc/some.conf', rule: 'a rule' }
    const passedOver = [{ what: 'm.example', why: 'only for digests', rule: blocked }]
    const answer = (more: object): Hosts => ({ ...hostsOf(), consult: () => ({ passedOver, ...more }) })
    expect(clientOf({ hosts: answer({ blocked }) }).explain(reference)).toEqual({ blocked, passedOver, endpoints: [] })
    expect(clientOf({ hosts: answer({}) }).explain(reference)).toMatchObject({
      passedOver,
      endpoints: [{ endpoint: { url: 'https://registry.example' }, asked: everything }],
    })
  })

  it('is what nobody is asked for, in the error of the operation', async () => {
    const own = {
      url: 'https://own.example',
      host: 'own.example',
      scheme: 'https',
      mirror: false,
      insecure: false,
      capabilities: ['pull'],
    } as const
    const repository = clientOf({ hosts: hostsOf(own) }).repository(reference)
    expect(await failureOf(repository.manifests.get('1'))).toMatchObject({
      code: 'NO_ENDPOINT',
      message: 'no endpoint allows resolving tags',
    })
    expect(await failureOf(repository.manifests.delete('1'))).toMatchObject({ code: 'NO_ENDPOINT' })
  })
})
