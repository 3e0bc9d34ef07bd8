import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { startTestRegistry, type Fault } from '@lading/test-registry'
import type { BlobSink, Repository } from '../src/index.ts'
import { clientOf, failureOf } from './support/client.ts'
import { descriptorOf } from './support/image.ts'
import { bytes, serve, type Handler, type ScriptedServer } from './support/scripted-server.ts'
import { sinkOf } from './support/sink.ts'

const blob = Buffer.from('0123456789'.repeat(1000))
const descriptor = descriptorOf(blob)

async function repositoryThat(
  handler: Handler,
): Promise<{ readonly blobs: Repository['blobs']; readonly registry: ScriptedServer }> {
  const registry = await serve(handler)
  return { blobs: clientOf().repository(`${registry.host}/a/b`).blobs, registry }
}

async function gather(chunks: AsyncIterable<Uint8Array>): Promise<readonly Uint8Array[]> {
  const all: Uint8Array[] = []
  for await (const chunk of chunks) all.push(chunk)
  return all
}

/** A registry that knows ranges as it should. */
const ranged: Handler = (request, response) => {
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '')
  if (range === null) return bytes(response, 200, blob, { etag: '"v1"' })
  const last = range[2] === '' ? blob.length - 1 : Number(range[2])
  return bytes(response, 206, blob.subarray(Number(range[1]), last + 1), {
    etag: '"v1"',
    'content-range': `bytes ${range[1]}-${last}/${blob.length}`,
  })
}

describe('fetching a blob', () => {
  it('asks for the rest from where the sink is', async () => {
    const { blobs, registry } = await repositoryThat(ranged)
    const sink = sinkOf(blob.subarray(0, 4000))
    await blobs.fetch(descriptor, sink)
    expect(sink.content()).toEqual(blob)
    expect(sink.begun).toMatchObject([{ start: 4000, validator: '"v1"' }])
    expect(registry.requests[0]?.headers).toMatchObject({ range: `bytes=4000-${blob.length - 1}` })
    expect(registry.requests[0]?.headers).not.toHaveProperty('if-range')
  })

  it('asks for nothing when all of it is there, and learns nothing of the endpoints by that', async () => {
    const { blobs, registry } = await repositoryThat(ranged)
    await blobs.fetch(descriptor, sinkOf(blob))
    expect(registry.requests).toHaveLength(0)
    // The registry speaks plain http, which is asked second.
    const sink = sinkOf()
    await blobs.fetch(descriptor, sink)
    expect(sink.content()).toEqual(blob)
  })

  it('asks for a piece with both its ends', async () => {
    const { blobs, registry } = await repositoryThat(ranged)
    const sink = sinkOf(new Uint8Array(), { end: 3000 })
    await blobs.fetch(descriptor, sink)
    expect(sink.content()).toEqual(blob.subarray(0, 3000))
    expect(registry.requests[0]?.headers.range).toBe('bytes=0-2999')
  })

  it.each<[string, string | undefined]>([
    ['"strong"', '"strong"'],
    ['W/"weak"', undefined],
    ['Tue, 24 Nov 2026 08:00:00 GMT', undefined],
    ['"a"b"', undefined],
  ])('with the validator %s sends If-Range %s', async (validator, expected) => {
    const { blobs, registry } = await repositoryThat(ranged)
    await blobs.fetch(descriptor, sinkOf(blob.subarray(0, 10), { validator }))
    expect(registry.requests[0]?.headers['if-range']).toBe(expected)
  })

  it('takes everything again when the range is ignored', async () => {
    const { blobs } = await repositoryThat((_request, response) => bytes(response, 200, blob))
    const sink = sinkOf(blob.subarray(0, 4000))
    await blobs.fetch(descriptor, sink)
    expect(sink.begun).toMatchObject([{ start: 0 }])
    expect(sink.content()).toEqual(blob)
  })

  it.each<[string, Record<string, string>, number?]>([
    ['unknown total', { 'content-range': 'bytes 4000-9999/*' }],
    ['known total', { 'content-range': 'bytes 4000-9999/10000' }],
  ])('accepts a 206 with %s', async (_what, headers) => {
    const { blobs, registry } = await repositoryThat((_request, response) =>
      bytes(response, 206, blob.subarray(4000), headers),
    )
    const sink = sinkOf(blob.subarray(0, 4000))
    await blobs.fetch(descriptor, sink)
    expect(sink.content()).toEqual(blob)
    expect(registry.requests).toHaveLength(1)
  })

  it.each<[string, Record<string, string>]>([
    ['from another byte', { 'content-range': 'bytes 4001-9999/10000' }],
    ['of another total', { 'content-range': 'bytes 4000-9999/10001' }],
    ['without a range', {}],
    ['with an unsatisfied range', { 'content-range': 'bytes */10000' }],
    ['in several parts', { 'content-type': 'multipart/byteranges; boundary=x' }],
    ["with a length that is not the range's", { 'content-range': 'bytes 4000-9998/10000' }],
  ])('gives up a 206 %s for the whole, before a byte is written', async (_what, headers) => {
    const { blobs, registry } = await repositoryThat((request, response) =>
      request.headers.range === undefined
        ? bytes(response, 200, blob)
        : bytes(response, 206, blob.subarray(4000), headers),
    )
    const sink = sinkOf(blob.subarray(0, 4000))
    await blobs.fetch(descriptor, sink)
    expect(sink.begun).toMatchObject([{ start: 0 }])
    expect(sink.content()).toEqual(blob)
    expect(registry.requests.map(({ headers: { range } }) => range)).toEqual([
      `bytes=4000-${blob.length - 1}`,
      undefined,
    ])
  })

  it('goes on without a range after a 416 whose length is a lie, as docker-registry 2.8 sends it', async () => {
    const { blobs } = await repositoryThat((request, response) => {
      if (request.headers.range === undefined) return bytes(response, 200, blob)
      response.writeHead(416, { 'content-length': String(blob.length), 'content-type': 'text/plain' })
      response.write('invalid range: failed to overlap\n', () => response.destroy())
    })
    const sink = sinkOf(blob.subarray(0, 4000))
    await blobs.fetch(descriptor, sink)
    expect(sink.content()).toEqual(blob)
  })

  it('says that a piece cannot be had where ranges are not known', async () => {
    const { blobs } = await repositoryThat((_request, response) => bytes(response, 416, ''))
    expect(await failureOf(blobs.fetch(descriptor, sinkOf(blob.subarray(0, 10), { end: 100 })))).toMatchObject({
      code: 'RANGE_INVALID',
    })
  })

  it('asks nobody when nothing is missing', async () => {
    const { blobs, registry } = await repositoryThat(ranged)
    const sink = sinkOf(blob)
    await blobs.fetch(descriptor, sink)
    expect(sink.content()).toEqual(blob)
    expect(registry.requests).toEqual([])
  })

  it('refuses a sink that has more than the blob', async () => {
    const { blobs, registry } = await repositoryThat(ranged)
    expect(await failureOf(blobs.fetch(descriptor, sinkOf(Buffer.alloc(blob.length + 1))))).toMatchObject({
      code: 'SIZE_MISMATCH',
    })
    expect(registry.requests).toEqual([])
  })

  it('fetches an empty blob', async () => {
    const { blobs, registry } = await repositoryThat((_request, response) => bytes(response, 200, ''))
    const sink = sinkOf()
    await blobs.fetch(descriptorOf(new Uint8Array()), sink)
    expect(sink.begun).toHaveLength(1)
    expect(registry.requests).toHaveLength(1)
  })

  it.each<[string, string, Handler]>([
    [
      'SIZE_MISMATCH',
      'says another length',
      (_request, response) => bytes(response, 200, Buffer.concat([blob, Buffer.from('x')])),
    ],
    [
      'SIZE_MISMATCH',
      'goes on without having said a length',
      (_request, response) => void response.end(Buffer.concat([blob, blob])),
    ],
    [
      'SHORT_BODY',
      'ends early in good order',
      (_request, response) => {
        response.write(blob.subarray(0, 4000))
        response.end()
      },
    ],
    [
      'CONNECTION_LOST',
      'is cut',
      (_request, response) => {
        response.writeHead(200, { 'content-length': String(blob.length) })
        response.write(blob.subarray(0, 4000), () => response.destroy())
      },
    ],
    [
      'CONNECTION_LOST',
      'is cut in the middle of a chunk',
      (_request, response) => {
        response.write(blob.subarray(0, 4000), () => response.destroy())
      },
    ],
    [
      'RANGE_INVALID',
      'is a part that nobody asked for',
      (_request, response) => bytes(response, 206, blob.subarray(0, 5), { 'content-range': 'bytes 0-4/10000' }),
    ],
    [
      'CONTENT_CODING',
      'is coded',
      (_request, response) => bytes(response, 200, gzipSync(blob), { 'content-encoding': 'gzip' }),
    ],
    ['BLOB_UNKNOWN', 'is not there', (_request, response) => bytes(response, 404, '')],
    ['BAD_RESPONSE', 'is not HTTP', (_request, response) => void response.socket?.end('SSH-2.0-OpenSSH\r\n')],
    [
      'BAD_RESPONSE',
      'has two lengths',
      (_request, response) =>
        void response.socket?.end('HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello'),
    ],
    [
      'BAD_RESPONSE',
      'has a length and chunks',
      (_request, response) =>
        void response.socket?.end(
          'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
        ),
    ],
    [
      'BAD_RESPONSE',
      'has endless headers',
      (_request, response) => void response.socket?.end(`HTTP/1.1 200 OK\r\nX: ${'y'.repeat(300_000)}\r\n\r\n`),
    ],
  ])('fails with %s when the body %s, and never asks again', async (code, _what, handler) => {
    const { blobs, registry } = await repositoryThat(handler)
    const sink = sinkOf()
    expect(await failureOf(blobs.fetch(descriptor, sink))).toMatchObject({ code, facts: { host: registry.host } })
    // What is not there may be hidden: the challenge may stand at `/v2/`.
    expect(registry.requests.filter(({ line }) => line !== 'GET /v2/')).toHaveLength(1)
    expect(sink.content().length).toBeLessThanOrEqual(blob.length)
  })

  it('stops the body within a chunk of the size', async () => {
    let sent = 0
    const { blobs } = await repositoryThat((_request, response) => {
      const more = (): void => {
        while (sent < 1e9 && !response.destroyed) {
          sent += 65_536
          if (!response.write(Buffer.alloc(65_536))) return void response.once('drain', more)
        }
      }
      more()
    })
    expect(await failureOf(blobs.fetch(descriptor, sinkOf()))).toMatchObject({ code: 'SIZE_MISMATCH' })
    expect(sent).toBeLessThan(64 * 1024 * 1024)
  })

  it.each(['bad', 'sha256:../../etc/passwd', `sha256:${'A'.repeat(64)}`])(
    'puts no unparsed digest into a URL: %s',
    async (digest) => {
      const { blobs, registry } = await repositoryThat(ranged)
      await expect(async () =>
        blobs.fetch({ ...descriptor, digest: digest as typeof descriptor.digest }, sinkOf()),
      ).rejects.toThrow(/digest/)
      expect(registry.requests).toEqual([])
    },
  )
})

describe('a sink', () => {
  it('that returns promises is never given a chunk before the last one settled', async () => {
    const large = Buffer.alloc(2_000_000, 'x')
    const { blobs } = await repositoryThat((_request, response) => bytes(response, 200, large))
    let writing = 0
    let most = 0
    let received = 0
    await blobs.fetch(descriptorOf(large), {
      offset: 0,
      begin: () => Promise.resolve(),
      async write(chunk) {
        most = Math.max(most, ++writing)
        await new Promise(setImmediate)
        received += chunk.byteLength
        writing--
      },
    })
    expect({ most, received }).toEqual({ most: 1, received: large.length })
  })

  it('that does not settle stops the socket', async () => {
    let sent = 0
    const large = 256 * 1024 * 1024
    const { promise: stopped, resolve: release } = Promise.withResolvers<void>()
    const { blobs, registry } = await repositoryThat((_request, response) => {
      response.writeHead(200, { 'content-length': String(large) })
      const more = (): void => {
        while (sent < large && !response.destroyed) {
          sent += 65_536
          if (!response.write(Buffer.alloc(65_536))) return void response.once('drain', more)
        }
      }
      more()
    })
    const controller = new AbortController()
    let writes = 0
    const fetching = blobs.fetch(
      { ...descriptor, size: large },
      { offset: 0, begin: () => undefined, write: () => (writes++, stopped) },
      { signal: controller.signal },
    )
    const outcome = failureOf(fetching)
    // The kernel's buffers fill, and then the server makes no more headway.
    for (let before = -1, now = 0; now === 0 || now !== before; before = now, now = sent) {
      for (let turn = 0; turn < 200; turn++) await new Promise(setImmediate)
    }
    expect(writes).toBe(1)
    expect(sent).toBeLessThan(large / 2)
    controller.abort(new Error('enough'))
    release()
    expect(await outcome).toMatchObject({ message: 'enough' })
    expect(registry.requests).toHaveLength(1)
  })

  it.each<[string, Partial<BlobSink>]>([
    [
      'begin throws',
      {
        begin: () => {
          throw new Error('disk full')
        },
      },
    ],
    ['begin rejects', { begin: () => Promise.reject(new Error('disk full')) }],
    [
      'write throws',
      {
        write: () => {
          throw new Error('disk full')
        },
      },
    ],
    ['write rejects', { write: () => Promise.reject(new Error('disk full')) }],
  ])('whose %s is told from the network', async (_what, broken) => {
    const { blobs } = await repositoryThat(ranged)
    const error = await failureOf(blobs.fetch(descriptor, { ...sinkOf(), ...broken }))
    expect(error).toMatchObject({
      name: 'SinkError',
      code: 'SINK_FAILED',
      cause: { message: 'disk full' },
      facts: { digest: descriptor.digest },
    })
  })

  it('has settled its last write when the fetch rejects', async () => {
    const { blobs } = await repositoryThat((_request, response) => {
      response.writeHead(200, { 'content-length': String(blob.length) })
      response.write(blob.subarray(0, 4000))
    })
    const controller = new AbortController()
    const log: string[] = []
    const fetching = blobs.fetch(
      descriptor,
      {
        offset: 0,
        begin: () => undefined,
        async write() {
          controller.abort(new Error('enough'))
          for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
          log.push('written')
        },
      },
      { signal: controller.signal },
    )
    await failureOf(fetching).then(() => log.push('rejected'))
    expect(log).toEqual(['written', 'rejected'])
  })
})

describe('reading and opening a blob', () => {
  it('give the same bytes, verified', async () => {
    const { blobs } = await repositoryThat(ranged)
    expect(Buffer.from(await blobs.read(descriptor))).toEqual(blob)
    expect(Buffer.concat(await gather(blobs.open(descriptor)))).toEqual(blob)
  })

  it('fail when the digest is not right', async () => {
    const { blobs } = await repositoryThat((_request, response) => bytes(response, 200, Buffer.alloc(blob.length, 'x')))
    expect(await failureOf(blobs.read(descriptor))).toMatchObject({ code: 'DIGEST_MISMATCH' })
    expect(await failureOf(gather(blobs.open(descriptor)))).toMatchObject({ code: 'DIGEST_MISMATCH' })
  })

  it('refuse to read what is too large for memory, and ask nobody', async () => {
    const { blobs, registry } = await repositoryThat(ranged)
    expect(await failureOf(blobs.read({ ...descriptor, size: 4 * 1024 * 1024 + 1 }))).toMatchObject({
      code: 'TOO_LARGE',
    })
    expect(await failureOf(blobs.read(descriptor, { maxBytes: 10 }))).toMatchObject({ code: 'TOO_LARGE' })
    expect(registry.requests).toEqual([])
  })

  it('end the request when the reader leaves', async () => {
    const { promise: gone, resolve: closed } = Promise.withResolvers<void>()
    const { blobs } = await repositoryThat((_request, response) => {
      response.once('close', closed)
      response.writeHead(200, { 'content-length': String(blob.length) })
      response.write(blob.subarray(0, 4000))
    })
    for await (const chunk of blobs.open(descriptor)) {
      expect(chunk.byteLength).toBeGreaterThan(0)
      break
    }
    await gone
  })

  it('reading survives a cut body', async () => {
    await using registry = await startTestRegistry()
    registry.repository('a/b').putBlob(blob)
    // oxlint-disable-next-line unicorn/no-thenable
    registry.addFault({ on: 'blob', nth: 1, afterBytes: 1000, then: 'reset' } satisfies Fault)
    const { blobs } = clientOf().repository(`${registry.host}/a/b`)
    expect(Buffer.from(await blobs.read(descriptor))).toEqual(blob)
  })

  it('come without empty chunks, and a sink whose promises are settled at once does not stop the world', async () => {
    const content = Buffer.alloc(1_000_000, 'x')
    await using registry = await startTestRegistry()
    registry.repository('a/b').putBlob(content)
    const lengths: number[] = []
    const { blobs } = clientOf().repository(`${registry.host}/a/b`)
    await blobs.fetch(descriptorOf(content), {
      offset: 0,
      begin: () => Promise.resolve(),
      write: (chunk) => Promise.resolve(void lengths.push(chunk.byteLength)),
    })
    expect(lengths).not.toContain(0)
    expect(lengths.reduce((sum, length) => sum + length)).toBe(content.length)
  })
})
