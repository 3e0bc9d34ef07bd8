import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { clientOf } from './support/client.ts'
import { manifestOf, manifestType } from './support/image.ts'
import { bytes, json, serve } from './support/scripted-server.ts'

const manifest = manifestOf()

describe('a connection', () => {
  it('serves HEAD, the token it needs, and HEAD again', async () => {
    const sockets = new Set<Socket>()
    const registry = await serve((request, response) => {
      sockets.add(request.socket)
      if (request.url?.startsWith('/token') === true) return json(response, 200, { token: 't' })
      if (request.headers.authorization === undefined)
        return void response
          .writeHead(401, { 'content-length': '2', 'www-authenticate': `Bearer realm="${registry.origin}/token"` })
          .end()
      return void response
        .writeHead(200, {
          'content-length': String(manifest.bytes.length),
          'content-type': manifestType,
          'docker-content-digest': manifest.digest,
        })
        .end()
    })
    const client = clientOf()
    const endpoint = client.endpoints(registry.host).find(({ scheme }) => scheme === 'http')
    expect(await client.repository(`${registry.host}/a`, { endpoint }).manifests.head('1')).toMatchObject({
      digest: manifest.digest,
    })
    expect(registry.requests.map(({ line }) => line.split(' ')[0])).toEqual(['HEAD', 'GET', 'HEAD'])
    expect(sockets.size).toBe(1)
  })

  it('on which a HEAD was answered with a body is given up, and what follows is not taken for an answer', async () => {
    const registry = await serve((request, response) => {
      if (request.method === 'HEAD')
        request.socket.write(
          `HTTP/1.1 200 OK\r\nContent-Length: 30\r\nContent-Type: ${manifestType}\r\n\r\nHTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n`,
        )
      else bytes(response, 200, manifest.bytes, { 'content-type': manifestType })
    })
    const { manifests } = clientOf().repository(`${registry.host}/a`)
    for (let round = 0; round < 5; round++) {
      expect(await manifests.head('1', { thenGet: true })).toBeUndefined()
      expect((await manifests.get('1')).descriptor.digest).toBe(manifest.digest)
    }
  })
})
