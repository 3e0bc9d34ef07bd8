import { describe, expect, it } from 'vitest'
import type { ClientEvent, RegistryError } from '../src/index.ts'
import { clientOf, failureOf } from './support/client.ts'
import { descriptorOf, manifestOf, manifestType } from './support/image.ts'
import { bytes, json, serve, type Handler } from './support/scripted-server.ts'
import { sinkOf } from './support/sink.ts'
import { steppedClock } from './support/stepped-clock.ts'
import { virtualClock } from './support/virtual-clock.ts'

const manifest = manifestOf()
const answer: Handler = (_request, response) => bytes(response, 200, manifest.bytes, { 'content-type': manifestType })

/** Fails the first `times` requests. */
function failing(times: number, fail: Handler): Handler {
  let count = 0
  return (request, response) => (++count <= times ? fail(request, response) : answer(request, response))
}

describe('a small request', () => {
  it.each([408, 425, 429, 500, 502, 503, 504])(
    'is repeated after a %i, five times in all, with growing random waits',
    async (status) => {
      const clock = virtualClock()
      const patient = await serve(failing(4, (_request, response) => bytes(response, status, '')))
      await clientOf({ clock, onEvent: () => undefined })
        .repository(`${patient.host}/a`)
        .manifests.get('1')
      expect(patient.requests).toHaveLength(5)
      // After a 429 the host rests for a second.
      expect(clock.slept).toEqual(status === 429 ? [1000, 1000, 1000, 1000] : [125, 250, 500, 1000])
      const hopeless = await serve((_request, response) => bytes(response, status, ''))
      expect(await failureOf(clientOf().repository(`${hopeless.host}/a`).manifests.get('1'))).toMatchObject({
        facts: { status },
      })
      expect(hopeless.requests).toHaveLength(5)
    },
  )

  it.each([true, false])(
    'that asks by HEAD is not repeated after a 5xx, as a GET follows: the caller’s %s',
    async (thenGet) => {
      const registry = await serve((_request, response) => bytes(response, 500, ''))
      const outcome = await clientOf()
        .repository(`${registry.host}/a`)
        .manifests.head('1', { thenGet })
        .catch((error: RegistryError) => error.facts.status)
      expect(outcome).toBe(thenGet ? undefined : 500)
      expect(registry.requests).toHaveLength(thenGet ? 1 : 6)
    },
  )

  it('waits between nothing and the bound', async () => {
    for (const [random, waits] of [
      [0, [0, 0, 0, 0]],
      [0.999_99, [249, 499, 999, 1999]],
    ] as const) {
      const clock = virtualClock(() => random)
      const registry = await serve((_request, response) => bytes(response, 503, ''))
      await failureOf(clientOf({ clock }).repository(`${registry.host}/a`).manifests.get('1'))
      expect(clock.slept).toEqual(waits)
    }
  })

  it.each([400, 401, 403, 404, 405, 410, 451, 501])('is not repeated after a %i', async (status) => {
    const registry = await serve((_request, response) => bytes(response, status, ''))
    await failureOf(clientOf().repository(`${registry.host}/a`).manifests.get('1'))
    // What comes without a challenge may have one at `/v2/`.
    const lines = registry.requests.map(({ line }) => line)
    expect(lines).toEqual(['GET /v2/a/manifests/1', ...([401, 403, 404].includes(status) ? ['GET /v2/'] : [])])
  })

  it('is repeated after a body that was cut', async () => {
    const registry = await serve(
      failing(1, (_request, response) => {
        response.writeHead(200, { 'content-type': manifestType, 'content-length': String(manifest.bytes.length) })
        response.write(manifest.bytes.subarray(0, 10), () => response.destroy())
      }),
    )
    expect((await clientOf().repository(`${registry.host}/a`).manifests.get('1')).descriptor.digest).toBe(
      manifest.digest,
    )
  })

  it('is not repeated after a refused connection or an unknown host', async () => {
    const clock = virtualClock()
    const gone = await serve(answer)
    await new Promise((resolve) => {
      gone.server.close(resolve)
    })
    const client = clientOf({ clock })
    const endpoint = client.endpoints(gone.host).find(({ scheme }) => scheme === 'http')
    expect(await failureOf(client.repository(`${gone.host}/a`, { endpoint }).manifests.get('1'))).toMatchObject({
      name: 'TransportError',
      code: 'CONNECTION_REFUSED',
      facts: { host: gone.host },
    })
    expect(await failureOf(client.repository('nowhere.invalid/a').manifests.get('1'))).toMatchObject({
      name: 'TransportError',
      code: 'HOST_UNKNOWN',
    })
    expect(clock.slept).toEqual([])
  })

  it('waits as long as the registry says, and reports it', async () => {
    const clock = virtualClock()
    const events: unknown[] = []
    const registry = await serve(failing(1, (_request, response) => bytes(response, 503, '', { 'retry-after': '7' })))
    await clientOf({ clock, onEvent: (event) => events.push(event) })
      .repository(`${registry.host}/a`)
      .manifests.get('1')
    expect(clock.slept).toEqual([7000])
    expect(events).toContainEqual({
      type: 'retry',
      url: `${registry.origin}/v2/a/manifests/1`,
      attempt: 1,
      afterMs: 7000,
      code: 'UNEXPECTED_STATUS',
      status: 503,
    })
  })

  it('never waits for less than it would by itself', async () => {
    for (const status of [429, 503]) {
      const clock = virtualClock()
      const registry = await serve((_request, response) => bytes(response, status, '', { 'retry-after': '0' }))
      await failureOf(clientOf({ clock }).repository(`${registry.host}/a`).manifests.get('1'))
      expect(clock.slept).toEqual([125, 250, 500, 1000])
    }
  })

  it.each([429, 503])('ends at once where the registry asks for more time than it may take: %i', async (status) => {
    const clock = virtualClock()
    const events: string[] = []
    const registry = await serve((request, response) =>
      request.url?.startsWith('/token') === true
        ? json(response, 200, { token: 't' })
        : bytes(response, status, '', { 'retry-after': '3600' }),
    )
    const fresh = () => clientOf({ clock, onEvent: ({ type }) => events.push(type) }).repository(`${registry.host}/a`)
    const list = async (tags: AsyncIterable<string>): Promise<void> => {
      for await (const tag of tags) expect(tag).toBe('none')
    }
    const requests = [
      () => fresh().manifests.get('1'),
      () => fresh().manifests.head('1'),
      () => list(fresh().tags()),
      () => fresh().blobs.read(descriptorOf(manifest.bytes)),
      () => fresh().blobs.fetch(descriptorOf(manifest.bytes), sinkOf()),
      () => fresh().blobs.upload(descriptorOf(manifest.bytes), manifest.bytes),
    ]
    for (const request of requests) {
      const before = registry.requests.length
      const error = await failureOf(Promise.resolve(request()))
      expect(error).toMatchObject({
        facts: { status },
        asksTooLong: true,
        retryAfterMs: 3_600_000,
        message: expect.stringContaining(
          'asks to wait for 3600 s (60 min), and the time limit of the request is reached in 1',
        ) as string,
        hint: expect.stringContaining('--request-timeout') as string,
      })
      // What a HEAD is not told, a GET may be.
      expect(registry.requests.length - before).toBeLessThan(3)
    }
    expect(clock.slept).toEqual([])
    expect(events).not.toContain('retry')
  })

  it('ends where a token server asks for more time than it may take', async () => {
    const registry = await serve((request, response) =>
      request.url?.startsWith('/token') === true
        ? bytes(response, 429, '', { 'retry-after': '500' })
        : json(response, 401, {}, { 'www-authenticate': `Bearer realm="http://${request.headers.host}/token"` }),
    )
    const clock = virtualClock()
    const error = await failureOf(clientOf({ clock }).repository(`${registry.host}/a`).manifests.get('1'))
    expect(error.message).toContain('asks to wait for 500 s (9 min)')
    expect(clock.slept).toEqual([])
    expect(registry.requests).toHaveLength(2)
  })

  it('goes to the next endpoint at once where a mirror asks for more time than it may take', async () => {
    const clock = virtualClock()
    const registry = await serve(answer)
    const mirror = await serve((_request, response) => bytes(response, 429, '', { 'retry-after': '3600' }))
    const client = clientOf({ clock, mirrors: [`${registry.host}=${mirror.origin}`] })
    expect((await client.repository(`${registry.host}/a`).manifests.get('1')).descriptor.digest).toBe(manifest.digest)
    expect([mirror.requests.length, clock.slept]).toEqual([1, []])
  })

  it('takes all its waits together from one time', async () => {
    const clock = virtualClock()
    const registry = await serve((_request, response) => bytes(response, 503, '', { 'retry-after': '50' }))
    const { manifests } = clientOf({ clock, timeouts: { total: 130_000 } }).repository(`${registry.host}/a`)
    const error = await failureOf(manifests.get('1'))
    expect(clock.slept).toEqual([50_000, 50_000])
    expect(error.message).toMatch(/asks to wait for 50 s, and the time limit of the request is reached in (30|29) s/)
    expect(registry.requests).toHaveLength(3)
    const patient = virtualClock()
    const unbounded = clientOf({ clock: patient, timeouts: { total: 0 } }).repository(`${registry.host}/a`)
    await failureOf(unbounded.manifests.get('1'))
    expect(patient.slept).toEqual([50_000, 50_000, 50_000, 50_000])
  })

  it('waits for a host that rests, and says so once, or ends at once where that is too long', async () => {
    const clock = steppedClock()
    const events: ClientEvent[] = []
    let status = 429
    const registry = await serve((request, response) =>
      request.url?.includes('/blobs/') === true
        ? bytes(response, status, '', { 'retry-after': '40' })
        : answer(request, response),
    )
    const client = clientOf({ clock, timeouts: { total: 50_000 }, onEvent: (event) => events.push(event) })
    const { manifests, blobs } = client.repository(`${registry.host}/a`)
    await manifests.get('1')
    await failureOf(blobs.fetch(descriptorOf(manifest.bytes), sinkOf()))
    const waiting = Promise.all([manifests.get('1'), manifests.get('1')])
    await clock.pass(0)
    expect(events.filter(({ type }) => type === 'wait')).toEqual([{ type: 'wait', host: registry.host, forMs: 40_000 }])
    await clock.pass(40_000)
    await waiting
    status = 503
    await failureOf(blobs.fetch(descriptorOf(manifest.bytes), sinkOf()))
    const short = clientOf({ clock, timeouts: { total: 30_000 } }).repository(`${registry.host}/a`)
    await short.manifests.get('1')
    expect(await failureOf(short.blobs.fetch(descriptorOf(manifest.bytes), sinkOf()))).toMatchObject({
      asksTooLong: true,
    })
    expect(await failureOf(short.manifests.get('1'))).toMatchObject({
      code: 'TOO_MANY_REQUESTS',
      asksTooLong: true,
      message: expect.stringContaining(
        'asks to wait for 40 s, and the time limit of the request is reached in 30 s',
      ) as string,
    })
  })

  it("stops waiting with the signal's own reason", async () => {
    const reason = new Error('enough')
    const controller = new AbortController()
    const registry = await serve((_request, response) => bytes(response, 503, '', { 'retry-after': '60' }))
    const client = clientOf({ clock: undefined, onEvent: ({ type }) => type === 'retry' && controller.abort(reason) })
    await expect(
      client.repository(`${registry.host}/a`).manifests.get('1', { signal: controller.signal }),
    ).rejects.toBe(reason)
  })

  it('for a token is not repeated five times five', async () => {
    const registry = await serve((request, response) =>
      request.url?.startsWith('/token') === true
        ? bytes(response, 503, '')
        : bytes(response, 401, '', { 'www-authenticate': `Bearer realm="${registry.origin}/token"` }),
    )
    await failureOf(clientOf().repository(`${registry.host}/a`).manifests.get('1'))
    expect(registry.requests.filter(({ line }) => line.startsWith('GET /token'))).toHaveLength(5)
  })
})

describe('a 429', () => {
  it('holds every request to that host, blobs too, and no other host', async () => {
    const clock = virtualClock()
    const blob = Buffer.from('layer')
    const busy = await serve((request, response) =>
      request.url?.includes('/blobs/') === true
        ? bytes(response, 200, blob)
        : bytes(response, 429, '', { 'retry-after': '30' }),
    )
    const other = await serve(answer)
    const client = clientOf({ clock })
    const blobs = client.repository(`${busy.host}/a`).blobs
    expect(
      await failureOf(
        blobs
          .fetch({ ...descriptorOf(blob), size: 5 }, sinkOf())
          .then(() => client.repository(`${busy.host}/a`).manifests.get('1')),
      ),
    ).toMatchObject({ code: 'TOO_MANY_REQUESTS', retryAfterMs: 30_000 })
    const before = clock.slept.length
    await client.repository(`${other.host}/a`).manifests.get('1')
    expect(clock.slept).toHaveLength(before)
    await blobs.fetch(descriptorOf(blob), sinkOf())
    expect(clock.slept.slice(before)).toEqual([30_000])
  })

  it('on a blob is reported at once, for whoever repeats blobs', async () => {
    const registry = await serve((_request, response) => bytes(response, 429, '', { 'retry-after': '5' }))
    expect(
      await failureOf(
        clientOf()
          .repository(`${registry.host}/a`)
          .blobs.fetch(descriptorOf(Buffer.from('x')), sinkOf()),
      ),
    ).toMatchObject({ code: 'TOO_MANY_REQUESTS', retryAfterMs: 5000 })
    expect(registry.requests).toHaveLength(1)
  })
})

describe('a kept connection that dies as the next request is sent', () => {
  it('is asked once more in silence', async () => {
    const clock = virtualClock()
    let seen = 0
    const blob = Buffer.from('layer')
    const registry = await serve((request, response) => {
      if (++seen === 2) request.socket.resetAndDestroy()
      else bytes(response, 200, blob)
    })
    const { blobs } = clientOf({ clock }).repository(`${registry.host}/a`)
    await blobs.fetch(descriptorOf(blob), sinkOf())
    await blobs.fetch(descriptorOf(blob), sinkOf())
    expect(seen).toBe(3)
    expect(clock.slept).toEqual([])
  })
})

describe('the endpoints of a domain', () => {
  it('are tried in order for each tag by itself, and what is behind a tag is not asked of one that lacks it', async () => {
    const down = await serve((_request, response) => bytes(response, 404, ''))
    const up = await serve(answer)
    const { manifests } = clientOf({ mirrors: [down.origin, up.origin] }).repository('alpine')
    await manifests.get('1')
    await manifests.get('2')
    await manifests.get('2')
    await manifests.get(manifest.digest)
    expect(down.requests.map(({ line }) => line)).toEqual([
      'GET /v2/library/alpine/manifests/1',
      'GET /v2/',
      'GET /v2/library/alpine/manifests/2',
    ])
    expect(up.requests.map(({ line }) => line)).toEqual([
      'GET /v2/library/alpine/manifests/1',
      'GET /v2/library/alpine/manifests/2',
      'GET /v2/library/alpine/manifests/2',
      `GET /v2/library/alpine/manifests/${manifest.digest}`,
    ])
  })

  it('are not tried further once a blob began to arrive', async () => {
    const blob = Buffer.alloc(1000, 'x')
    const cut = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '1000' })
      response.write(blob.subarray(0, 10), () => response.destroy())
    })
    const spare = await serve((_request, response) => bytes(response, 200, blob))
    expect(
      await failureOf(
        clientOf({ mirrors: [cut.origin, spare.origin] })
          .repository('alpine')
          .blobs.fetch(descriptorOf(blob), sinkOf()),
      ),
    ).toMatchObject({ code: 'CONNECTION_LOST' })
    expect(spare.requests).toEqual([])
  })

  it("of a mirror keep the mirror's path", async () => {
    const mirror = await serve(answer)
    await clientOf({ mirrors: [`${mirror.origin}/hub/`] })
      .repository('alpine')
      .manifests.get('1')
    expect(mirror.requests.map(({ line }) => line)).toEqual(['GET /hub/v2/library/alpine/manifests/1'])
  })
})
