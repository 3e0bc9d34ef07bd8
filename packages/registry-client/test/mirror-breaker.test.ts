import { createServer } from 'node:net'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import type { ClientEvent, RegistryClient, RegistryClientOptions } from '../src/index.ts'
import { clientOf, failureOf } from './support/client.ts'
import { descriptorOf, manifestOf, manifestType } from './support/image.ts'
import { bytes, json, serve, type ScriptedServer } from './support/scripted-server.ts'
import { virtualClock } from './support/virtual-clock.ts'

const layer = Buffer.from('a layer')
const manifest = manifestOf()
const second = 1000

interface Scene {
  readonly mirror: ScriptedServer
  readonly upstream: ScriptedServer
  readonly clock: ReturnType<typeof virtualClock>
  readonly client: RegistryClient
  /** What was told of the mirror. */
  readonly told: () => readonly string[]
  /** Reads the layer as often as said, and tells how often the mirror was asked meanwhile. */
  read(times?: number): Promise<number>
  mood: 'well' | 'broken' | 'gone' | 'without'
}

/** A mirror of changing mood before a registry that is always well. */
async function sceneOf(options: Partial<RegistryClientOptions> = {}): Promise<Scene> {
  const answer =
    (well: () => boolean) =>
    (request: { url?: string | undefined }, response: Parameters<typeof json>[0]): void => {
      if (well())
        bytes(response, 200, (request.url ?? '').includes('/blobs/') ? layer : manifest.bytes, {
          'content-type': manifestType,
        })
    }
  const mirror = await serve((request, response) => {
    if (scene.mood === 'gone') request.socket.destroy()
    else if (scene.mood === 'broken') json(response, 503, { errors: [] })
    else if (scene.mood === 'without') json(response, 404, { errors: [] })
    else answer(() => true)(request, response)
  })
  const upstream = await serve(answer(() => true))
  const events: ClientEvent[] = []
  const clock = virtualClock(() => 0)
  const client = clientOf({
    clock,
    mirrors: [`${upstream.host}=${mirror.origin}`],
    onEvent: (event) => events.push(event),
    ...options,
  })
  const scene: Scene = {
    mirror,
    upstream,
    clock,
    client,
    mood: 'well',
    told: () =>
      events.flatMap((event) =>
        event.type === 'mirror'
          ? [`${event.state}${event.forMs === undefined ? '' : ` ${event.forMs} ${event.code}`}`]
          : [],
      ),
    async read(times = 1) {
      const before = mirror.requests.length
      // Another repository object each time: what is remembered is the client's.
      for (let time = 0; time < times; time++)
        await client.repository(`${upstream.host}/a`).blobs.read(descriptorOf(layer))
      return mirror.requests.length - before
    },
  }
  return scene
}

describe('a mirror', () => {
  it('that answers with 5xx three times is left alone, for a time that doubles with each try', async () => {
    const scene = await sceneOf()
    scene.mood = 'broken'
    expect(await scene.read(30)).toBe(3)
    scene.clock.advance(5 * second)
    expect(await scene.read(30)).toBe(1)
    scene.clock.advance(9 * second)
    expect(await scene.read()).toBe(0)
    scene.clock.advance(1 * second)
    expect(await scene.read()).toBe(1)
    expect(scene.told()).toEqual(['skipped 5000 503', 'probed', 'skipped 10000 503', 'probed', 'skipped 20000 503'])
  })

  it('is never left alone for more than five minutes', async () => {
    const scene = await sceneOf()
    scene.mood = 'gone'
    for (let time = 0; time < 12; time++) {
      await scene.read()
      scene.clock.advance(300 * second)
    }
    expect(scene.told().at(-1)).toBe('skipped 300000 CONNECTION_LOST')
  })

  it('that is back is asked again, and starts afresh', async () => {
    const scene = await sceneOf()
    scene.mood = 'broken'
    await scene.read()
    scene.mood = 'well'
    scene.clock.advance(5 * second)
    expect(await scene.read(5)).toBe(5)
    scene.mood = 'broken'
    await scene.read()
    expect(scene.told()).toEqual(['skipped 5000 503', 'probed', 'back', 'skipped 5000 503'])
  })

  it('that lacks something is well, and the next one is asked', async () => {
    const scene = await sceneOf()
    scene.mood = 'without'
    // And once whether it challenges at `/v2/`.
    expect(await scene.read(10)).toBe(11)
    expect(scene.told()).toEqual([])
    expect(scene.upstream.requests).toHaveLength(10)
  })

  it('to which no connection comes about is left alone at once', async () => {
    const nobody = createServer().listen(0, '127.0.0.1')
    await once(nobody, 'listening')
    const { port } = nobody.address() as { port: number }
    nobody.close()
    await once(nobody, 'close')
    const upstream = await serve((_request, response) => bytes(response, 200, layer))
    const events: ClientEvent[] = []
    const client = clientOf({
      mirrors: [`${upstream.host}=http://127.0.0.1:${port}`],
      onEvent: (event) => events.push(event),
    })
    for (let time = 0; time < 30; time++) await client.repository(`${upstream.host}/a`).blobs.read(descriptorOf(layer))
    expect(events.filter((event) => event.type === 'request' && event.url.includes(`:${port}/`))).toHaveLength(1)
    expect(events.filter(({ type }) => type === 'mirror')).toEqual([
      { type: 'mirror', origin: `http://127.0.0.1:${port}`, state: 'skipped', forMs: 5000, code: 'CONNECTION_REFUSED' },
    ])
  })

  it('is tried by one request alone, and by the next when that one is given up', async () => {
    const scene = await sceneOf()
    scene.mood = 'broken'
    await scene.read()
    scene.clock.advance(5 * second)
    let asked: () => void = () => undefined
    const arrived = new Promise<void>((resolve) => (asked = resolve))
    scene.mirror.server.removeAllListeners('request').on('request', () => asked())
    const leave = new AbortController()
    const slow = failureOf(
      scene.client.repository(`${scene.upstream.host}/a`).blobs.read(descriptorOf(layer), { signal: leave.signal }),
    )
    await arrived
    const upstreamBefore = scene.upstream.requests.length
    await scene.read(3)
    expect(scene.upstream.requests.length - upstreamBefore).toBe(3)
    const reason = new Error('given up')
    leave.abort(reason)
    expect(await slow).toBe(reason)
    expect(scene.told()).toEqual(['skipped 5000 503', 'probed'])
    scene.mirror.server.removeAllListeners('request').on('request', (_request, response) => bytes(response, 200, layer))
    await scene.read()
    expect(scene.told().slice(2)).toEqual(['probed', 'back'])
  })

  it('named alone says that it is left alone, and for how long', async () => {
    const scene = await sceneOf()
    scene.mood = 'broken'
    await scene.read()
    const [endpoint] = scene.client.endpoints(scene.upstream.host)
    const error = await failureOf(scene.client.repository(`${scene.upstream.host}/a`, { endpoint }).manifests.get('1'))
    expect(error).toMatchObject({
      code: 'MIRROR_SKIPPED',
      message: `the mirror ${scene.mirror.host} is skipped: it failed (503)`,
      hint: expect.stringContaining('tried again in 5 s') as string,
    })
  })
})

describe('the registry itself', () => {
  it('is asked however often it fails', async () => {
    const registry = await serve((_request, response) => json(response, 503, { errors: [] }))
    const client = clientOf()
    for (let time = 0; time < 3; time++) await failureOf(client.repository(`${registry.host}/a`).manifests.get('1'))
    expect(registry.requests).toHaveLength(15)
  })
})
