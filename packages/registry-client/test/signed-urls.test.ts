import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Credential } from '../src/index.ts'
import { placeOf } from '../src/origin/place-of.ts'
import { clientOf, failureOf } from './support/client.ts'
import { descriptorOf, manifestOf, manifestType } from './support/image.ts'
import { bytes, json, serve, type Handler, type ScriptedServer } from './support/scripted-server.ts'

const ann: Credential = { kind: 'basic', username: 'ann', password: 'CANARY-password' }
const layer = Buffer.from('a layer')

/** Redirects what is asked for with the token to `location`; `there` answers outside of the API. */
const redirecting = (location: string | ((origin: string) => string), there: Handler): Promise<ScriptedServer> =>
  serve((request, response) => {
    const { url = '', headers } = request
    if (url.startsWith('/token')) return json(response, 200, { token: 'CANARY-token' })
    if (url.startsWith('/bucket')) return there(request, response)
    if (headers.authorization !== 'Bearer CANARY-token')
      return json(response, 401, {}, { 'www-authenticate': `Bearer realm="http://${headers.host}/token"` })
    if (url.includes('moved')) return bytes(response, 200, layer)
    const to = typeof location === 'string' ? location : location(`http://${headers.host}`)
    bytes(response, 307, '', { location: to })
  })

const read = (server: ScriptedServer): Promise<Uint8Array> =>
  clientOf({ credentials: () => Promise.resolve(ann) })
    .repository(`${server.host}/a`)
    .blobs.read(descriptorOf(layer))

const shownAt = ({ requests }: ScriptedServer, path: string): (string | undefined)[] =>
  requests.filter(({ line }) => line.startsWith(`GET ${path}`)).map(({ headers }) => headers.authorization)

const signatures = [
  'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=abc',
  'AWSAccessKeyId=x&Signature=abc&Expires=1',
  'X-Goog-Signature=abc',
  'sv=2020&sig=abc',
  'OSSAccessKeyId=x&Expires=1&Signature=abc',
  'q-sign-algorithm=sha1&q-signature=abc',
  'Expires=1&Key-Pair-Id=K',
  'verify=1-abc',
]

describe('a redirect within the origin to a signed URL', () => {
  it.each(signatures)('is followed without Authorization: %s', async (query) => {
    const server = await redirecting(`/bucket/x?${query}`, ({ headers }, response) =>
      headers.authorization === undefined ? bytes(response, 200, layer) : json(response, 400, {}),
    )
    expect(Buffer.from(await read(server))).toEqual(layer)
    expect(shownAt(server, '/bucket')).toEqual([undefined])
  })

  it('shows nothing beside the signature, whatever is answered and wherever it is', async () => {
    for (const status of [400, 401, 403])
      for (const path of ['/bucket/x', '/bucket/v2/x']) {
        const server = await redirecting(`${path}?X-Amz-Signature=abc`, (_request, response) =>
          json(response, status, {}, { 'www-authenticate': 'Basic realm="x"' }),
        )
        const error = await failureOf(read(server))
        expect(error['code']).toBe(status === 401 ? 'UNAUTHORIZED' : 'REDIRECT_EXPIRED')
        expect(JSON.stringify(server.requests.filter(({ line }) => line.includes('/bucket')))).not.toContain('CANARY')
        expect(new Set(shownAt(server, '/bucket'))).toEqual(new Set([undefined]))
      }
    const inApi = await redirecting('/v2/moved?sig=abc', () => undefined)
    await failureOf(read(inApi))
    expect(new Set(shownAt(inApi, '/v2/moved'))).toEqual(new Set([undefined]))
  })
})

describe('an upload that goes on at the same origin', () => {
  const uploadingTo = (location: string): Promise<ScriptedServer> =>
    serve(async (request, response) => {
      const { method, url = '', headers } = request
      for await (const _ of request);
      if (url.startsWith('/token')) return json(response, 200, { token: 'CANARY-token' })
      if (method === 'PUT' || method === 'PATCH') return bytes(response, method === 'PUT' ? 201 : 202, '')
      if (headers.authorization !== 'Bearer CANARY-token')
        return json(response, 401, {}, { 'www-authenticate': `Bearer realm="http://${headers.host}/token"` })
      return method === 'POST' ? bytes(response, 202, '', { location }) : json(response, 404, {})
    })
  const shownTo = async (location: string, chunkSize?: number): Promise<(string | undefined)[]> => {
    const server = await uploadingTo(location)
    await clientOf({ credentials: () => Promise.resolve(ann) })
      .repository(`${server.host}/a`)
      .blobs.upload(descriptorOf(layer), layer, { chunkSize })
    return server.requests.filter(({ line }) => /^(PUT|PATCH) /.test(line)).map(({ headers }) => headers.authorization)
  }

  it.each(signatures)('at a signed URL is shown no Authorization: %s', async (query) => {
    expect(await shownTo(`/bucket/x?${query}`)).toEqual([undefined])
    expect(new Set(await shownTo(`/v2/a/blobs/uploads/1?${query}`, 4))).toEqual(new Set([undefined]))
  })

  it.each(['/v2/a/blobs/uploads/1?_state=abc', '/v2/a/blobs/uploads/1', '/artifacts-uploads/1'])(
    'at %s is shown it',
    async (location) => {
      expect(await shownTo(location)).toEqual(['Bearer CANARY-token'])
    },
  )
})

describe('a redirect within the origin, without a signature', () => {
  it('outside of the API shows nothing', async () => {
    const server = await redirecting('/bucket/x', (_request, response) => bytes(response, 200, layer))
    expect(Buffer.from(await read(server))).toEqual(layer)
    expect(shownAt(server, '/bucket')).toEqual([undefined])
  })

  it('outside of the API shows the token to who answers 401, and to nobody after', async () => {
    const server = await redirecting('/bucket/x', ({ headers }, response) =>
      headers.authorization === 'Bearer CANARY-token' ? bytes(response, 200, layer) : json(response, 401, {}),
    )
    expect(Buffer.from(await read(server))).toEqual(layer)
    expect(shownAt(server, '/bucket')).toEqual([undefined, 'Bearer CANARY-token'])
    const forbidding = await redirecting('/bucket/x', (_request, response) => json(response, 403, {}))
    await failureOf(read(forbidding))
    expect(new Set(shownAt(forbidding, '/bucket'))).toEqual(new Set([undefined]))
  })

  it('within the API keeps it', async () => {
    const server = await redirecting('/v2/moved', () => undefined)
    expect(Buffer.from(await read(server))).toEqual(layer)
    expect(shownAt(server, '/v2/moved')).toEqual(['Bearer CANARY-token'])
  })

  it('goes on to another origin with nothing, also where that answers 401', async () => {
    const other = await serve((_request, response) =>
      json(response, 401, {}, { 'www-authenticate': 'Basic realm="x"' }),
    )
    const server = await redirecting('/bucket/x', (_request, response) =>
      bytes(response, 307, '', { location: `${other.origin}/y` }),
    )
    await failureOf(read(server))
    expect(other.requests.length).toBeGreaterThan(0)
    expect(JSON.stringify(other.requests)).not.toContain('CANARY')
  })

  it('of a token server keeps the password, which is meant for all of it', async () => {
    const { bytes: manifest } = manifestOf()
    const server = await serve((request, response) => {
      const { url = '', headers } = request
      if (url.startsWith('/token')) return bytes(response, 307, '', { location: '/service/token' })
      if (url.startsWith('/service/token'))
        return json(response, 200, { token: headers.authorization === undefined ? 'anybody' : 'ann' })
      if (headers.authorization === 'Bearer ann')
        return bytes(response, 200, manifest, { 'content-type': manifestType })
      json(response, 401, {}, { 'www-authenticate': `Bearer realm="http://${headers.host}/token"` })
    })
    const client = clientOf({ credentials: () => Promise.resolve(ann) })
    await expect(client.repository(`${server.host}/a`).manifests.get('1')).resolves.toBeDefined()
  })
})

describe('the place of a URL', () => {
  const registry = new URL('https://r.example/base')

  it.each([
    ['https://r.example/base/v2/a/blobs/x', 'api'],
    ['https://r.example/v2/a/blobs/x', 'outside'],
    ['https://r.example/base/v2', 'outside'],
    ['https://r.example/base/v2x/a', 'outside'],
    ['https://r.example/base/v2/../files', 'outside'],
    ['https://other.example/v2/a', 'api'],
    ['https://r.example/base/v2/a?x-amz-signature=1', 'signed'],
    ['https://r.example/x?design=1', 'outside'],
    ['https://r.example/base/v2/a?signed=no&n=1', 'api'],
  ])('%s is %s', (url, place) => {
    expect(placeOf(new URL(url), { registry })).toBe(place)
  })

  it('is the API below the whole path where the endpoint overrides it', () => {
    expect(placeOf(new URL('https://r.example/base/a'), { registry, overridePath: true })).toBe('api')
    expect(placeOf(new URL('https://r.example/a'), { registry, overridePath: true })).toBe('outside')
  })

  it('is signed wherever a signature stands in the query', () => {
    fc.assert(
      fc.property(fc.webPath(), fc.constantFrom(...signatures), fc.constantFrom('', 'n=1&'), (path, query, before) => {
        const url = new URL(`https://r.example${path}`)
        url.search = `${before}${query}`
        expect(placeOf(url, { registry })).toBe('signed')
      }),
    )
  })
})
