import { describe, expect, it, onTestFinished } from 'vitest'
import { createUndiciTransport, type ClientEvent, type Endpoint } from '../src/index.ts'
import { clientOf, failureOf } from './support/client.ts'
import { descriptorOf, manifestOf, manifestType } from './support/image.ts'
import { overFetch } from './support/over-fetch.ts'
import { bytes, json, serve, type ScriptedServer } from './support/scripted-server.ts'

const manifest = manifestOf()
const wrong = new Error('the listener is wrong')

/** A client whose listener throws at events of one type. */
function throwingAt(type: ClientEvent['type'], told: ClientEvent['type'][] = []): ReturnType<typeof clientOf> {
  return clientOf({
    connections: 2,
    onEvent(event) {
      told.push(event.type)
      if (event.type === type) throw wrong
    },
  })
}

describe('a listener that throws', () => {
  it('leaves the gate of a host in order: those that come after it are let in', async () => {
    let busy = 2
    const registry = await serve((_, response) =>
      busy-- > 0
        ? json(response, 429, {}, { 'retry-after': '0' })
        : bytes(response, 200, manifest.bytes, { 'content-type': manifestType }),
    )
    const told: ClientEvent['type'][] = []
    const { manifests } = throwingAt('concurrency', told).repository(`${registry.host}/a`, {
      endpoint: endpointOf(registry),
    })
    // Two are under way together when the first 429 halves the limit, which is what the listener does not bear.
    const outcomes = await Promise.allSettled(['1', '2', '3', '4'].map((tag) => manifests.get(tag)))
    expect(told).toContain('concurrency')
    const reasons = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []))
    expect(reasons.filter((reason) => reason !== wrong)).toEqual([])
    // Both places of the host are free again, whoever had them.
    await Promise.all(['5', '6', '7'].map((tag) => manifests.get(tag).catch(() => undefined)))
    expect(registry.requests.filter(({ line }) => line.endsWith('/7'))).not.toEqual([])
  })

  it.each(['request', 'rate-limit', 'warning'] as const)('fails the request that it was told of: %s', async (type) => {
    const registry = await serve((_, response) =>
      bytes(response, 200, manifest.bytes, {
        'content-type': manifestType,
        warning: '299 - "soon gone"',
        'ratelimit-limit': '100;w=60',
        'ratelimit-remaining': '99;w=60',
      }),
    )
    const { manifests } = throwingAt(type).repository(`${registry.host}/a`, { endpoint: endpointOf(registry) })
    expect(await failureOf(manifests.get('1'))).toBe(wrong)
    expect(registry.requests).toHaveLength(1)
  })

  it('is not the error of a request that failed by itself, and is not lost', async () => {
    const registry = await serve((request, response) =>
      request.url?.endsWith('/absent') === true
        ? json(response, 405, {})
        : bytes(response, 200, manifest.bytes, { 'content-type': manifestType }),
    )
    let left = 1
    const { manifests } = clientOf({
      onEvent() {
        if (left-- > 0) throw wrong
      },
    }).repository(`${registry.host}/a`, { endpoint: endpointOf(registry) })
    expect(await failureOf(manifests.head('absent'))).toMatchObject({ code: 'UNSUPPORTED' })
    expect(await failureOf(manifests.get('1'))).toBe(wrong)
    await manifests.get('1')
  })

  it('fails no endpoint: the one that it was told of is asked all the same', async () => {
    const registry = await serve((_, response) =>
      bytes(response, 200, manifest.bytes, { 'content-type': manifestType }),
    )
    const told: string[] = []
    const { manifests } = clientOf().repository(`${registry.host}/a`, {
      endpoint: endpointOf(registry),
      onEvent({ type }) {
        told.push(type)
        throw wrong
      },
    })
    expect(await failureOf(manifests.get('1'))).toBe(wrong)
    expect(told).not.toEqual([])
    expect(registry.requests).toHaveLength(1)
  })

  it('ends an upload with its own error, and the upload is cancelled', async () => {
    const blob = Buffer.from('a blob')
    const registry = await serve((request, response) =>
      request.method === 'POST'
        ? bytes(response, 202, '', { location: '/v2/a/blobs/uploads/1' })
        : bytes(response, request.method === 'PUT' ? 201 : 204, ''),
    )
    const { blobs } = clientOf().repository(`${registry.host}/a`, { endpoint: endpointOf(registry) })
    const upload = blobs.upload(descriptorOf(blob), blob, {
      onProgress() {
        throw wrong
      },
    })
    expect(await failureOf(upload)).toBe(wrong)
    expect(registry.requests.at(-1)).toMatchObject({ line: 'DELETE /v2/a/blobs/uploads/1' })
  })
})

describe.skipIf(overFetch.now)('a listener of a transport', () => {
  it('that throws fails a request at its end, and nothing else', async () => {
    const server = await serve((_, response) => bytes(response, 200, 'hello'))
    let connections = 0
    const { transport, close } = createUndiciTransport({
      onConnected() {
        connections += 1
        throw wrong
      },
    })
    onTestFinished(close)
    const chunks: Uint8Array[] = []
    const ask = (): Promise<void> =>
      transport(
        { method: 'GET', url: new URL(server.origin), headers: {} },
        { head: () => undefined, data: (chunk) => void chunks.push(chunk) },
      )
    expect(await failureOf(ask())).toBe(wrong)
    expect(Buffer.concat(chunks).toString()).toBe('hello')
    await ask()
    expect(connections).toBe(1)
  })
})

function endpointOf({ host, origin }: ScriptedServer): Endpoint {
  return { url: origin, host, scheme: 'http', mirror: false, insecure: false }
}
