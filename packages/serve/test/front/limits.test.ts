import { connect, type Socket } from 'node:net'
import { once } from 'node:events'
import { describe, expect, it, onTestFinished } from 'vitest'
import { clientOf } from '../../src/front/limits/client-of.ts'
import { createCounter } from '../../src/front/limits/counter.ts'
import { createRate } from '../../src/front/limits/rate.ts'
import { createFront, defaultLimits, stopListener, type Listener } from '../../src/front/index.ts'
import type { ServeEvent } from '../../src/index.ts'
import { get, open, raw } from './support/open.ts'

describe('a client', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    [undefined, 'local'],
  ])('at %s is %s', (address, client) => {
    expect(clientOf(address)).toBe(client)
  })

  it('has no more than its part, whatever others have, and nothing is kept of who left', () => {
    const counter = createCounter({ perClient: 2, all: 3 })
    expect(['a', 'a', 'a', 'b', 'b'].map((client) => counter.take(client))).toEqual([
      'taken',
      'taken',
      'client',
      'taken',
      'all',
    ])
    for (const client of ['a', 'a', 'a', 'b']) counter.giveBack(client)
    expect([counter.all, counter.of('a'), counter.of('b')]).toEqual([0, 0, 0])
  })

  it('may ask so often at once, then so often a minute, and is told how long to wait', () => {
    let time = 1000
    const rate = createRate({ burst: 2, perMinute: 60, now: () => time })
    expect([rate.take('a'), rate.take('a'), rate.take('a'), rate.take('b')]).toEqual([0, 0, 1000, 0])
    time += 400
    expect(rate.take('a')).toBe(600)
    time += 600
    expect([rate.take('a'), rate.take('a')]).toEqual([0, 1000])
    time += 3_600_000
    expect([rate.take('a'), rate.take('a'), rate.take('a')]).toEqual([0, 0, 1000])
  })
})

describe('what a request meets first', () => {
  async function front(
    options: Partial<Parameters<typeof createFront>[0]> & { readonly connectionsPerClient?: number } = {},
  ): Promise<{ listener: Listener; events: ServeEvent[] }> {
    const events: ServeEvent[] = []
    let listener: Listener | undefined
    const { connectionsPerClient = 100, ...given } = options
    listener = await open(
      createFront({
        handle: (_, response) => response.end('content'),
        connections: () => listener?.connections ?? { isSurplus: () => false },
        limits: { ...defaultLimits, connectionsPerClient },
        onEvent: (event) => events.push(event),
        ...given,
      }),
      { connectionsPerClient },
    )
    return { listener, events }
  }

  it('is let through where nobody has to log in', async () => {
    const { listener, events } = await front()
    expect(await get(listener, '/v2/')).toMatchObject({ status: 200, body: 'content' })
    expect(events).toEqual([])
  })

  it('is asked for a login, and told nothing else', async () => {
    const users: (string | undefined)[] = []
    const { listener, events } = await front({
      handle(_, response, { user }) {
        users.push(user)
        response.end('content')
      },
      checkLogin: ({ password }) =>
        Promise.resolve(password === 'secret' ? 'right' : password === 'b' ? 'busy' : 'wrong'),
    })
    const login = (text: string): { headers: Record<string, string> } => ({
      headers: { authorization: `Basic ${Buffer.from(text).toString('base64')}` },
    })
    for (const how of [{}, login('ann:no'), { headers: { authorization: 'Bearer x' } }]) {
      const answer = await get(listener, '/v2/a/manifests/b', how)
      expect(answer).toMatchObject({
        status: 401,
        headers: { 'www-authenticate': 'Basic realm="lading serve", charset="UTF-8"' },
      })
      expect(JSON.parse(answer.body)).toMatchObject({ errors: [{ code: 'UNAUTHORIZED' }] })
    }
    expect(await get(listener, '/v2/', { method: 'HEAD' })).toMatchObject({ status: 401, body: '' })
    expect(await get(listener, '/v2/', login('ann:b'))).toMatchObject({ status: 503, headers: { 'retry-after': '1' } })
    expect(await get(listener, '/v2/', login('ann:secret'))).toMatchObject({ status: 200, body: 'content' })
    expect(users).toEqual(['ann'])
    expect(JSON.stringify(events)).not.toMatch(/secret|YW5u/)
    expect(events[0]).toMatchObject({ type: 'refused', status: 401, code: 'UNAUTHORIZED' })
    expect(events[1]).toMatchObject({ type: 'request', status: 401, target: '/v2/a/manifests/b', method: 'GET' })
  })

  it('is refused with 503 where logins cannot be checked', async () => {
    const { listener } = await front({ checkLogin: () => Promise.reject(new Error('no thread')) })
    expect(await get(listener, '/v2/', { headers: { authorization: 'Basic YTpi' } })).toMatchObject({ status: 503 })
  })

  it('is not heard any more when it has a body and is refused', async () => {
    const { listener } = await front({ checkLogin: () => Promise.resolve('wrong') })
    const text = await raw(
      listener,
      'GET /v2/ HTTP/1.1\r\nHost: a\r\nContent-Length: 30\r\n\r\nGET /v2/ HTTP/1.1\r\nHost: a\r\n\r\n',
    )
    expect(text.match(/HTTP\/1.1 401/g)).toHaveLength(1)
  })

  it('is told when its client has too many downloads, or all together have, until one has ended', async () => {
    const held: (() => void)[] = []
    const { listener } = await front({
      handle: (_, response) => {
        response.flushHeaders()
        held.push(() => response.end())
      },
      limits: { ...defaultLimits, downloadsPerClient: 2 },
    })
    const blob = '/v2/a/blobs/sha256:00'
    const first = [get(listener, blob), get(listener, blob)]
    await expect.poll(() => held.length).toBe(2)
    const third = await get(listener, blob)
    expect(third).toMatchObject({ status: 429, headers: { 'retry-after': '1' } })
    expect(JSON.parse(third.body)).toMatchObject({ errors: [{ code: 'TOOMANYREQUESTS' }] })
    for (const end of held.splice(0)) end()
    await Promise.all(first)
    const fourth = get(listener, blob)
    await expect.poll(() => held.length).toBe(1)
    held[0]?.()
    expect(await fourth).toMatchObject({ status: 200 })

    const all = await front({ limits: { ...defaultLimits, downloads: 0 } })
    for (const path of [blob, '/v2/a/%62lobs/sha256:00', '/v2/a%2fblobs/sha256:00', `${blob}?x=%`])
      expect(await get(all.listener, path)).toMatchObject({ status: 503 })
    expect(await get(all.listener, '/v2/a/manifests/b')).toMatchObject({ status: 200 })
  })

  it('is told when its client has too many connections; one with twice as many is cut', async () => {
    const { listener } = await front({ connectionsPerClient: 2 })
    const sockets: Socket[] = []
    onTestFinished(() => sockets.forEach((socket) => socket.destroy()))
    for (let at = 0; at < 4; at += 1) {
      const socket = connect(listener.port ?? 0, '127.0.0.1').on('error', () => undefined)
      sockets.push(socket)
      await once(socket, 'connect')
      await expect.poll(() => listener.connections.all).toBe(at + 1)
    }
    const told = once(sockets[2] as Socket, 'data')
    sockets[2]?.write('GET /v2/ HTTP/1.1\r\nHost: a\r\n\r\n')
    const [answer] = (await told) as [Buffer]
    expect(String(answer)).toMatch(/^HTTP\/1.1 429 .*\r\nconnection: close\r\n/is)
    expect(await raw(listener, 'GET /v2/ HTTP/1.1\r\nHost: a\r\n\r\n')).toMatch(/^$|429/)
    for (const socket of sockets) socket.destroy()
    await expect.poll(() => listener.connections.all).toBe(0)
    expect(await get(listener, '/v2/')).toMatchObject({ status: 200 })
  })
})

describe('a stop', () => {
  it('waits for what is on its way, closes what idles, and takes nothing new', async () => {
    let finish: (() => void) | undefined
    const listener = await open((_, response) => {
      response.write('half')
      finish = () => response.end(' and half')
    })
    const idle = connect(listener.port ?? 0, '127.0.0.1')
    await once(idle, 'connect')
    const answer = get(listener, '/')
    await expect.poll(() => listener.connections.all).toBe(2)
    await expect.poll(() => finish).toBeDefined()
    const stopped = stopListener(listener, { graceMs: 10_000 })
    await once(idle, 'close')
    await expect(get(listener, '/')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    finish?.()
    expect(await answer).toMatchObject({ body: 'half and half' })
    expect(await stopped).toBe(0)
  })

  it('cuts what is left after its time, and at once when it is told to', async () => {
    const hanging = async (): Promise<{ listener: Listener; answer: Promise<unknown> }> => {
      let begun = false
      const listener = await open((_, response) => {
        response.write('half')
        begun = true
      })
      const answer = get(listener, '/').catch((error: unknown) => error)
      await expect.poll(() => begun).toBe(true)
      return { listener, answer }
    }
    const one = await hanging()
    expect(await stopListener(one.listener, { graceMs: 1 })).toBe(1)
    expect(await one.answer).toBeInstanceOf(Error)
    const other = await hanging()
    expect(await stopListener(other.listener, { graceMs: 60_000, signal: AbortSignal.abort() })).toBe(1)
    expect(await other.answer).toBeInstanceOf(Error)
  })
})
