import { describe, expect, it, onTestFinished } from 'vitest'
import { createRegistryClient } from '../src/index.ts'
import { descriptorOf, manifestOf, manifestType } from './support/image.ts'
import { bytes, json, serve } from './support/scripted-server.ts'
import { sinkOf } from './support/sink.ts'

describe('a pull from a registry that wants an anonymous token', () => {
  it('draws the challenge with the manifest itself, asks for one token, and fetches the layer with it', async () => {
    const layer = Buffer.from('a layer of some bytes')
    const manifest = manifestOf(Buffer.from('{}'), [layer])
    const registry = await serve((request, response) => {
      const url = new URL(request.url ?? '', registry.origin)
      if (url.pathname === '/token') return json(response, 200, { token: `for-${url.searchParams.get('scope')}` })
      if (request.headers.authorization !== 'Bearer for-repository:team/app:pull') {
        return json(
          response,
          401,
          { errors: [{ code: 'UNAUTHORIZED', message: 'authentication required' }] },
          { 'www-authenticate': `Bearer realm="${registry.origin}/token",service="test"` },
        )
      }
      if (url.pathname === '/v2/team/app/manifests/1.0')
        return bytes(response, 200, manifest.bytes, {
          'content-type': manifestType,
          'docker-content-digest': manifest.digest,
        })
      if (url.pathname.startsWith('/v2/team/app/blobs/')) return bytes(response, 200, layer)
      return json(response, 404, { errors: [] })
    })
    const client = createRegistryClient()
    onTestFinished(() => client.close())
    const repository = client.repository(`${registry.host}/team/app`)

    const fetched = await repository.manifests.get('1.0')
    expect(fetched.descriptor).toEqual({
      mediaType: manifestType,
      digest: manifest.digest,
      size: manifest.bytes.byteLength,
    })
    expect(Buffer.from(fetched.bytes).equals(manifest.bytes)).toBe(true)
    expect(fetched.manifest.kind).toBe('manifest')

    const sink = sinkOf()
    await repository.blobs.fetch(descriptorOf(layer), sink)
    expect(sink.content()).toEqual(layer)
    expect(sink.begun).toEqual([{ start: 0, validator: undefined, source: `${registry.origin}/` }])
    expect(registry.requests.map(({ line }) => line)).toEqual([
      'GET /v2/team/app/manifests/1.0',
      `GET /token?service=test&scope=repository%3Ateam%2Fapp%3Apull`,
      'GET /v2/team/app/manifests/1.0',
      `GET /v2/team/app/blobs/${descriptorOf(layer).digest}`,
    ])
  })
})
