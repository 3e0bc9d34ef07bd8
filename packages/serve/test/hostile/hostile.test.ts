import { connect } from 'node:net'
import type { Source } from '@lading/content'
import type { Digest } from '@lading/digest'
import { digestOf } from '@lading/digest/hash'
import { LadingError } from '@lading/errors'
import { openMemoryStore } from '@lading/store/memory'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDownloads, createServe, type ServeEvent, type Upstream } from '../../src/index.ts'
import { createFront, defaultLimits, openListener, type Listener } from '../../src/front/index.ts'
import { hostileRequests, type HostileRequest, type There } from './requests.ts'

const text = (words: string): Uint8Array => new TextEncoder().encode(words)
const blob = text('ten bytes.')
const manifest = text(
  JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digestOf(blob), size: blob.byteLength },
    layers: [],
  }),
)
const target = {
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  digest: digestOf(manifest),
  size: manifest.byteLength,
}

/** A registry with one image, which counts what it is asked outside of it. */
function upstreamWithApp(asked: string[]): Upstream {
  const unknown = (): LadingError => new LadingError('MANIFEST_UNKNOWN', 'not there', { status: 404 })
  const source = (name: string): Source => {
    if (name !== 'app') asked.push(name)
    return {
      async *names() {},
      resolve: (tag) => (name === 'app' && tag === '1' ? Promise.resolve(target) : Promise.reject(unknown())),
      document: (descriptor) =>
        Promise.resolve(
          name === 'app' && descriptor.digest === target.digest ? { descriptor, bytes: manifest } : undefined,
        ),
      stat: (digest: Digest) =>
        Promise.resolve(name === 'app' && digest === digestOf(blob) ? { size: blob.byteLength } : undefined),
      async send(_, sink) {
        await sink.begin({ start: sink.offset, source: 'up.example' })
        await sink.write(blob.slice(sink.offset))
      },
      async *open() {
        yield blob
      },
      close: () => Promise.resolve(),
    }
  }
  return {
    host: 'up.example',
    withCredentials: false,
    repository: source,
    tags: (name) => (name === 'app' ? Promise.resolve({ tags: ['1'], more: false }) : Promise.reject(unknown())),
  }
}

let listener: Listener
let close: () => Promise<void>
const events: ServeEvent[] = []
const asked: string[] = []

beforeAll(async () => {
  const store = openMemoryStore()
  const content = { source: store.source(), target: store.target(), arriving: store.contents.arriving }
  const downloads = createDownloads({ content })
  const server = createServe({
    upstreams: [upstreamWithApp(asked)],
    defaultUpstream: 'up.example',
    content,
    records: store.served,
    downloads,
    onEvent: (event) => events.push(event),
  })
  const front = createFront({
    handle: (request, response, who) => server.handle(request, response, who),
    connections: () => listener.connections,
    limits: defaultLimits,
  })
  listener = await openListener(front, {
    at: { host: '127.0.0.1', port: 0 },
    connections: 1000,
    connectionsPerClient: 500,
  })
  close = async () => {
    listener.connections.cut()
    listener.server.close()
    server.close()
    await downloads.close()
    await store.close()
  }
})
afterAll(() => close())

/** Every answer to these bytes, until the server ends the connection. */
const say = (bytes: string): Promise<string> =>
  new Promise((resolve) => {
    let answer = ''
    const socket = connect(listener.port ?? 0, '127.0.0.1', () => socket.write(bytes, 'latin1'))
    socket
      .setEncoding('latin1')
      .on('data', (chunk: string) => (answer += chunk))
      .on('error', () => undefined)
      .on('close', () => resolve(answer))
  })

const statusesOf = (answers: string): readonly number[] =>
  [...answers.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status)).filter((status) => status !== 100)

const there: There = { host: '127.0.0.1:PORT', manifest: target.digest, blob: digestOf(blob) }
const rows: readonly HostileRequest[] = hostileRequests(there)

describe('hostile requests', () => {
  it('are two hundred', () => {
    expect(rows.length).toBeGreaterThanOrEqual(200)
    expect(new Set(rows.map(([name]) => name)).size).toBe(rows.length)
  })

  it.each(rows)('%s', async (_, bytes, answer) => {
    const answers = await say(bytes.replaceAll('PORT', String(listener.port)))
    const statuses = statusesOf(answers)
    // One answer at most: what a body hides is no request.
    expect(statuses).toEqual(answer === 'cut' ? [] : [answer])
    // No header and no body of ours has what a client could have put there.
    expect(answers).not.toMatch(/^(?:X|x): a|evil\.example\r$|secret/m)
  })

  const request = (path: string, ...headers: readonly string[]): string =>
    [`GET ${path} HTTP/1.1`, 'Host: 127.0.0.1:PORT', ...headers, '', ''].join('\r\n')
  const last = (path: string): string => request(path, 'Connection: close')
  const app = '/v2/app/manifests/1'

  it.each([
    ['two', request(app) + last(app), [200, 200]],
    ['forty', request(app).repeat(39) + last(app), Array<number>(40).fill(200)],
    ['a good one and one that is not there', request('/v2/app/manifests/none') + last(app), [404, 200]],
    [
      'a good one and one with a body',
      request(app) + request(app, 'Content-Length: 3') + 'abc' + last(app),
      [200, 400],
    ],
    // What is no HTTP ends the connection at once, before the first answer is ready.
    ['a good one and nonsense', `${request(app)}nonsense\r\n\r\n`, [400]],
    ['one with a body that is a request', request(app, `Content-Length: ${last(app).length}`) + last(app), [400]],
    ['one with a body and a good one', request(app, 'Content-Length: 3') + 'abc' + last(app), [400]],
    ['a web page and a good one', request(app, 'Origin: http://evil.example') + last(app), [403]],
    ['another name and a good one', request(app).replace('127.0.0.1', 'evil.example') + last(app), [421]],
    ['a good one behind HEAD', request(app).replace('GET', 'HEAD') + last(app), [200, 200]],
  ])('one behind the other are answered in turn, until one ends the connection: %s', async (_, bytes, statuses) => {
    expect(statusesOf(await say(bytes.replaceAll('PORT', String(listener.port))))).toEqual(statuses)
  })

  it('have told no upstream of anything but its own names', () => {
    expect(asked.filter((name) => /evil|\.\.|169|localhost|127/.test(name))).toEqual([])
    expect(events.filter(({ type }) => type === 'refused').length).toBeGreaterThan(100)
  })
})
