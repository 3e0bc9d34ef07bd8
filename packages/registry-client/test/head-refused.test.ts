import { describe, expect, it } from 'vitest'
import { clientOf, failureOf } from './support/client.ts'
import { descriptorOf, manifestOf, manifestType } from './support/image.ts'
import { bytes, serve, type Handler, type ScriptedServer } from './support/scripted-server.ts'

const layer = Buffer.from('a layer')
const { bytes: manifest, digest } = manifestOf()
const descriptor = { mediaType: manifestType, digest, size: manifest.byteLength }

const serving = (head: Handler, absent = false): Promise<ScriptedServer> =>
  serve((request, response) => {
    const { method, url = '' } = request
    if (url === '/v2/') return bytes(response, 200, '{}')
    if (method === 'HEAD') return head(request, response)
    if (absent) return bytes(response, 404, '')
    if (url.includes('/blobs/'))
      return bytes(response, 206, layer.subarray(0, 1), { 'content-range': `bytes 0-0/${layer.byteLength}` })
    bytes(response, 200, manifest, { 'content-type': manifestType })
  })
const methodsOf = ({ requests }: ScriptedServer): (string | undefined)[] =>
  requests.filter(({ line }) => !line.endsWith('/v2/')).map(({ line }) => line.split(' ')[0])

describe('a HEAD that is refused', () => {
  it.each([400, 401, 403, 404, 405, 406, 410, 500, 501, 503])('is followed by a GET: %i', async (status) => {
    const server = await serving((_request, response) => void response.writeHead(status).end())
    const { manifests, blobs } = clientOf().repository(`${server.host}/a`)
    expect(await manifests.head('1')).toEqual(descriptor)
    expect(await manifests.head(digest)).toEqual(descriptor)
    expect(await blobs.head(descriptorOf(layer).digest)).toMatchObject({ size: layer.byteLength })
    expect(methodsOf(server)).toEqual(['HEAD', 'GET', 'HEAD', 'GET', 'HEAD', 'GET'])
  })

  it('is left to a caller who asks by GET', async () => {
    const server = await serving((_request, response) => void response.writeHead(403).end())
    const { manifests } = clientOf().repository(`${server.host}/a`)
    expect(await manifests.head('1', { thenGet: true })).toBeUndefined()
    expect(methodsOf(server)).toEqual(['HEAD'])
  })

  it('is too many requests where it says so', async () => {
    const server = await serving((_request, response) => void response.writeHead(429).end())
    const { manifests } = clientOf().repository(`${server.host}/a`)
    expect(await failureOf(manifests.head('1'))).toMatchObject({ code: 'TOO_MANY_REQUESTS' })
    expect(methodsOf(server)).not.toContain('GET')
  })
})

describe('a HEAD that says too little', () => {
  it.each<[string, Record<string, string>]>([
    ['no digest', { 'content-type': manifestType, 'content-length': '7' }],
    ['a digest that is none', { 'content-type': manifestType, 'docker-content-digest': 'sha256:1' }],
    ['no media type', { 'docker-content-digest': digest, 'content-length': '7' }],
    ['a length of nothing', { 'content-type': manifestType, 'docker-content-digest': digest, 'content-length': '0' }],
    ['nothing', {}],
  ])('is followed by a GET: %s', async (_what, headers) => {
    const server = await serving((_request, response) => void response.writeHead(200, headers).end())
    expect(await clientOf().repository(`${server.host}/a`).manifests.head('1')).toEqual(descriptor)
    expect(methodsOf(server)).toEqual(['HEAD', 'GET'])
  })
})

describe('a HEAD with another length than GET', () => {
  it('is believed until the bytes are here, whose digest decides', async () => {
    const server = await serving((_request, response) => {
      const said = { 'content-type': manifestType, 'docker-content-digest': digest, 'content-length': '7' }
      response.writeHead(200, said).end()
    })
    const { manifests } = clientOf().repository(`${server.host}/a`)
    expect(await manifests.head('1')).toEqual({ ...descriptor, size: 7 })
    expect((await manifests.get(digest)).descriptor).toEqual(descriptor)
  })
})

describe('a HEAD that finds nothing', () => {
  it('is believed after a GET said the same', async () => {
    const server = await serving((_request, response) => void response.writeHead(404).end(), true)
    const { manifests, blobs } = clientOf().repository(`${server.host}/a`)
    for (let round = 0; round < 3; round++) {
      expect(await failureOf(manifests.head('1'))).toMatchObject({ code: 'MANIFEST_UNKNOWN' })
      expect(await failureOf(blobs.head(digest))).toMatchObject({ code: 'BLOB_UNKNOWN' })
    }
    expect(methodsOf(server)).toEqual(['HEAD', 'GET', 'HEAD', 'GET', 'HEAD', 'HEAD', 'HEAD', 'HEAD'])
  })

  it('is believed after one found something', async () => {
    const server = await serving(({ url = '' }, response) => {
      if (url.endsWith('/absent')) response.writeHead(404).end()
      else bytes(response, 200, manifest, { 'content-type': manifestType, 'docker-content-digest': digest })
    })
    const { manifests } = clientOf().repository(`${server.host}/a`)
    await manifests.head('1')
    await failureOf(manifests.head('absent'))
    expect(methodsOf(server)).toEqual(['HEAD', 'HEAD'])
  })
})
