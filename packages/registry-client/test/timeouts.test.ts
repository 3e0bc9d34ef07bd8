import { createServer } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createUndiciTransport, type Timeouts, type Transport } from '../src/index.ts'
import { clientOf, failureOf } from './support/client.ts'
import { descriptorOf, manifestType } from './support/image.ts'
import { bytes, serve, type Handler } from './support/scripted-server.ts'
import { sinkOf } from './support/sink.ts'

const blob = Buffer.alloc(100_000, 'x')

async function fetchFrom(handler: Handler, write?: () => Promise<void>): Promise<unknown> {
  const registry = await serve(handler)
  const sink = sinkOf()
  const { blobs } = clientOf({ timeouts: { headers: 200, stall: 200 } }).repository(`${registry.host}/a`)
  return blobs.fetch(descriptorOf(blob), write === undefined ? sink : { ...sink, write })
}

describe('the answer with a blob', () => {
  const allowed = async (timeouts?: Timeouts): Promise<(number | undefined)[]> => {
    const told: (number | undefined)[] = []
    const transport: Transport = async (request, to) => {
      told.push(request.answerTimeout)
      await to.head(404, { get: () => null })
    }
    const { blobs, manifests } = clientOf({ transport, timeouts }).repository('registry.example/a')
    await failureOf(blobs.fetch(descriptorOf(blob), sinkOf()))
    await failureOf(manifests.get('1'))
    return [told[0], told.at(-1)]
  }

  it('may begin late, where a cache has to fetch it first', async () =>
    expect(await allowed()).toEqual([300_000, undefined]))

  it('begins in the time that was said, for it or for every answer', async () => {
    expect(await allowed({ headers: 50 })).toEqual([50, undefined])
    expect(await allowed({ headers: 50, blobHeaders: 900 })).toEqual([900, undefined])
    expect(await allowed({ blobHeaders: 0 })).toEqual([undefined, undefined])
  })
})

describe('a registry that', () => {
  it('does not answer is given up', async () => {
    expect(await failureOf(fetchFrom(() => undefined))).toMatchObject({
      name: 'TransportError',
      code: 'TIMEOUT',
      clock: 'headers',
      message: expect.stringContaining('did not answer in time') as string,
    })
  })

  it('stops in the middle of a body is given up', async () => {
    expect(
      await failureOf(
        fetchFrom((_request, response) => {
          response.writeHead(200, { 'content-length': String(blob.length) })
          response.write(blob.subarray(0, 10))
        }),
      ),
    ).toMatchObject({ code: 'TIMEOUT', clock: 'stall', message: expect.stringContaining('stopped sending') as string })
  })

  it('drips a byte now and then is given up too', async () => {
    expect(
      await failureOf(
        fetchFrom((_request, response) => {
          response.writeHead(200, { 'content-length': String(blob.length) })
          const drip = setInterval(() => response.write('x'), 10)
          response.once('close', () => clearInterval(drip))
        }),
      ),
    ).toMatchObject({ code: 'TIMEOUT', clock: 'stall' })
  })

  it('drips its headers is given up, interim answers or not', async () => {
    for (const drop of ['x', 'HTTP/1.1 103 Early Hints\r\n\r\n']) {
      const registry = await serve((request) => {
        const { socket } = request
        if (drop === 'x') socket.write('HTTP/1.1 200 OK\r\nx-slow: ')
        const drip = setInterval(() => socket.write(drop), 25)
        socket.once('close', () => clearInterval(drip))
      })
      const { blobs } = clientOf({ timeouts: { headers: 200 } }).repository(`${registry.host}/a`)
      expect(await failureOf(blobs.fetch(descriptorOf(blob), sinkOf()))).toMatchObject({
        code: 'TIMEOUT',
        clock: 'headers',
        temporary: true,
      })
    }
  })

  it('takes a connection and says nothing in TLS is given up, and not asked again', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    onTestFinished(() => void server.close())
    const { port } = server.address() as { port: number }
    const client = clientOf({ timeouts: { connect: 200 } })
    const endpoint = client.endpoints(`127.0.0.1:${port}`)[0]
    expect(await failureOf(client.repository(`127.0.0.1:${port}/a`, { endpoint }).manifests.get('1'))).toMatchObject({
      code: 'TIMEOUT',
      clock: 'connect',
      temporary: false,
      facts: { host: `127.0.0.1:${port}` },
    })
  })

  it('is slow, but not too slow for either, is given up when a small answer takes too long as a whole', async () => {
    const events: string[] = []
    const registry = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': manifestType, 'content-length': '4000000' })
      const flow = setInterval(() => response.write(Buffer.alloc(1000, ' ')), 10)
      response.once('close', () => clearInterval(flow))
    })
    const { manifests } = clientOf({
      timeouts: { stall: 200, total: 300 },
      onEvent: ({ type }) => events.push(type),
    }).repository(`${registry.host}/a`)
    expect(await failureOf(manifests.get('1'))).toMatchObject({ code: 'TIMEOUT', clock: 'total', temporary: true })
    expect(events.filter((type) => type === 'retry')).toHaveLength(4)
  })

  it('takes its time with a blob is given up only when that was asked for', async () => {
    const slow: Handler = (_request, response) => {
      response.writeHead(200, { 'content-length': String(blob.length) })
      let at = 0
      const flow = setInterval(
        () => (at < blob.length ? response.write(blob.subarray(at, (at += 5000))) : response.end()),
        10,
      )
      response.once('close', () => clearInterval(flow))
    }
    const registry = await serve(slow)
    const fetching = (timeouts: Timeouts): Promise<void> =>
      clientOf({ timeouts }).repository(`${registry.host}/a`).blobs.fetch(descriptorOf(blob), sinkOf())
    await expect(fetching({ total: 50 })).resolves.toBeUndefined()
    expect(await failureOf(fetching({ blob: 50 }))).toMatchObject({ code: 'TIMEOUT', clock: 'total' })
  })

  it('takes its time for the end of an upload is waited for, and for its beginning is not', async () => {
    const slow =
      (method: string): Handler =>
      (request, response) => {
        request.resume().on('end', () =>
          setTimeout(
            () =>
              response
                .writeHead(request.method === 'POST' ? 202 : 201, {
                  location: '/v2/a/blobs/uploads/1',
                  'content-length': '0',
                })
                .end(),
            request.method === method ? 1500 : 0,
          ),
        )
      }
    const upload = async (method: string): Promise<unknown> =>
      clientOf({ timeouts: { headers: 200 } })
        .repository(`${(await serve(slow(method))).host}/a`)
        .blobs.upload(descriptorOf(blob), blob)
    expect(await upload('PUT')).toEqual({ mounted: false })
    expect(await failureOf(upload('POST'))).toMatchObject({ code: 'TIMEOUT' })
  })

  it('waits for a sink that is slower than two windows is not', async () => {
    const fetching = fetchFrom(
      (_request, response) => {
        response.writeHead(200, { 'content-length': String(blob.length) })
        response.end(blob)
      },
      () =>
        new Promise((resolve) => {
          setTimeout(resolve, 450)
        }),
    )
    await expect(fetching).resolves.toBeUndefined()
  })
})

describe('an aborted request', () => {
  it('is over at once, in every phase', async () => {
    const reason = { enough: true }
    for (const phase of ['before', 'headers', 'body'] as const) {
      const controller = new AbortController()
      const registry = await serve((_request, response) => {
        if (phase === 'headers') return controller.abort(reason)
        response.writeHead(200, { 'content-length': String(blob.length) })
        response.write(blob.subarray(0, 10))
      })
      if (phase === 'before') controller.abort(reason)
      const sink = { ...sinkOf(), write: () => controller.abort(reason) }
      await expect(
        clientOf()
          .repository(`${registry.host}/a`)
          .blobs.fetch(descriptorOf(blob), sink, { signal: controller.signal }),
      ).rejects.toBe(reason)
      expect(registry.requests).toHaveLength(phase === 'before' ? 0 : 1)
    }
  })

  it('is over even while the connection does not stand', async () => {
    const reason = new Error('enough')
    const controller = new AbortController()
    // Takes the connection and never answers to TLS.
    const server = createServer(() => controller.abort(reason))
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    onTestFinished(() => void server.close())
    const { port } = server.address() as { port: number }
    await expect(
      clientOf().repository(`127.0.0.1:${port}/a`).manifests.get('1', { signal: controller.signal }),
    ).rejects.toBe(reason)
  })

  it('is over while the very first request still loads what it needs', async () => {
    const reason = new Error('enough')
    const controller = new AbortController()
    const standard = createUndiciTransport()
    onTestFinished(() => standard.close())
    const registry = await serve(() => undefined)
    const asking = standard.transport(
      { method: 'GET', url: new URL(registry.origin), headers: {} },
      { head: () => undefined, data: () => undefined },
      { signal: controller.signal },
    )
    controller.abort(reason)
    await expect(asking).rejects.toBe(reason)
    expect(registry.requests).toEqual([])
  })
})

describe('the transport', () => {
  it('rejects only when the last chunk was taken', async () => {
    const standard = createUndiciTransport()
    onTestFinished(() => standard.close())
    const registry = await serve((_request, response) => void response.write('some bytes'))
    const controller = new AbortController()
    const log: string[] = []
    const data = async (): Promise<void> => {
      controller.abort(new Error('enough'))
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
      log.push('taken')
    }
    await failureOf(
      standard.transport(
        { method: 'GET', url: new URL(registry.origin), headers: {} },
        { head: () => undefined, data },
        { signal: controller.signal },
      ),
    ).then(() => log.push('rejected'))
    expect(log).toEqual(['taken', 'rejected'])
  })
})

describe('timeouts', () => {
  it.each([-1, NaN])('of %d are refused', (stall) => {
    expect(() => clientOf({ timeouts: { stall } })).toThrow(
      expect.objectContaining({
        code: 'OPTION_INVALID',
        hint: expect.stringContaining('milliseconds') as string,
      }) as Error,
    )
  })

  it('of 0 are off', async () => {
    const registry = await serve((_request, response) => void setTimeout(() => bytes(response, 200, blob), 20))
    await expect(
      clientOf({ timeouts: { connect: 0, headers: 0, stall: 0, total: 0, blob: 0 } })
        .repository(`${registry.host}/a`)
        .blobs.read(descriptorOf(blob)),
    ).resolves.toHaveLength(blob.length)
  })
})

describe('a closed client', () => {
  it('refuses requests', async () => {
    const registry = await serve(() => undefined)
    const client = clientOf()
    await client.close()
    expect(await failureOf(client.repository(`${registry.host}/a`).manifests.get('1'))).toMatchObject({
      code: 'CLIENT_CLOSED',
    })
    expect(registry.requests).toEqual([])
  })

  it('ends what is under way', async () => {
    const { promise: asked, resolve: heard } = Promise.withResolvers<void>()
    const registry = await serve(() => heard())
    const client = clientOf()
    const outcome = failureOf(client.repository(`${registry.host}/a`).manifests.get('1'))
    await asked
    await client.close()
    expect(await outcome).toMatchObject({ code: 'CLIENT_CLOSED' })
  })
})
