import { describe, expect, it } from 'vitest'
import type { Credential } from '../src/index.ts'
import { clientOf, failureOf } from './support/client.ts'
import { descriptorOf, manifestOf, manifestType } from './support/image.ts'
import { bytes, json, serve, type Handler, type ScriptedServer } from './support/scripted-server.ts'

const ann: Credential = { kind: 'basic', username: 'ann', password: 'CANARY-password' }
const layer = Buffer.from('a layer')
const { bytes: manifest, digest } = manifestOf()

const good: Handler = ({ url = '' }, response) => {
  if (url.includes('/manifests/'))
    return bytes(response, 200, manifest, { 'content-type': manifestType, 'docker-content-digest': digest })
  if (url.includes('/blobs/')) return bytes(response, 200, layer)
  if (url.includes('/tags/list')) return json(response, 200, { tags: ['1'] })
  json(response, 200, {})
}

/** `refuse` answers what shows no token, the API's base excepted. */
function challengingAtBase(
  refuse: Handler,
  { scheme = 'Bearer' }: { readonly scheme?: string } = {},
): Promise<ScriptedServer> {
  return serve((request, response) => {
    const { url = '', headers } = request
    if (url.startsWith('/token')) return json(response, 200, { token: 'good' })
    if (headers.authorization === 'Bearer good' || headers.authorization?.startsWith('Basic ') === true)
      return good(request, response)
    if (url === '/v2/')
      return json(
        response,
        401,
        {},
        {
          'www-authenticate': scheme === 'Basic' ? 'Basic realm="x"' : `Bearer realm="http://${headers.host}/token"`,
        },
      )
    return refuse(request, response)
  })
}

async function tagsOf(list: AsyncIterable<string>): Promise<string[]> {
  const tags: string[] = []
  for await (const tag of list) tags.push(tag)
  return tags
}

const linesOf = ({ requests }: ScriptedServer): string[] => requests.map(({ line }) => line.replace(/\?.*/, ''))

describe('a challenge that stands at /v2/ alone', () => {
  it.each([401, 403, 404])('is found by nobody, too: %i', async (status) => {
    const server = await challengingAtBase((_request, response) => json(response, status, { errors: [] }))
    const repository = clientOf().repository(`${server.host}/t/app`)
    expect((await repository.manifests.get('1')).descriptor.digest).toBe(digest)
    expect(Buffer.from(await repository.blobs.read(descriptorOf(layer)))).toEqual(layer)
    expect(linesOf(server)).toEqual([
      'GET /v2/t/app/manifests/1',
      'GET /v2/',
      'GET /token',
      'GET /v2/t/app/manifests/1',
      `GET /v2/t/app/blobs/${descriptorOf(layer).digest}`,
    ])
  })

  it('is found from a HEAD, from a list and from a blob', async () => {
    const missing: Handler = (_request, response) => json(response, 404, {})
    for (const ask of [
      (name: string) => clientOf().repository(name).manifests.head('1'),
      (name: string) => tagsOf(clientOf().repository(name).tags()),
      (name: string) => clientOf().repository(name).blobs.read(descriptorOf(layer)),
    ]) {
      const server = await challengingAtBase(missing)
      await expect(ask(`${server.host}/t/app`)).resolves.toBeDefined()
      expect(linesOf(server).filter((line) => line === 'GET /v2/')).toHaveLength(1)
    }
  })

  it('is asked for once by many who are refused together', async () => {
    const server = await challengingAtBase((_request, response) => json(response, 401, {}))
    const client = clientOf()
    const all = ['a', 'b', 'c', 'd'].map((name) => client.repository(`${server.host}/${name}`).manifests.get('1'))
    expect((await Promise.all(all)).map(({ descriptor }) => descriptor.digest)).toEqual([
      digest,
      digest,
      digest,
      digest,
    ])
    expect(linesOf(server).filter((line) => line === 'GET /v2/')).toHaveLength(1)
  })

  it('may ask for a password', async () => {
    const refuse: Handler = (_request, response) => json(response, 404, {})
    const basic = await challengingAtBase(refuse, { scheme: 'Basic' })
    const known = clientOf({ credentials: () => Promise.resolve(ann) })
    await expect(known.repository(`${basic.host}/a`).manifests.get('1')).resolves.toBeDefined()
    expect(await failureOf(clientOf().repository(`${basic.host}/a`).manifests.get('1'))).toMatchObject({
      code: 'MANIFEST_UNKNOWN',
    })
  })

  it('is not looked for where the repository is open, and once where there is none', async () => {
    const open = await serve((request, response) =>
      request.url?.endsWith('/absent') === true ? json(response, 404, {}) : good(request, response),
    )
    const client = clientOf()
    const { manifests } = client.repository(`${open.host}/a`)
    await manifests.get('1')
    expect(await failureOf(manifests.get('absent'))).toMatchObject({ code: 'MANIFEST_UNKNOWN' })
    expect(linesOf(open)).not.toContain('GET /v2/')
    for (const name of ['b', 'c', 'd'])
      await failureOf(client.repository(`${open.host}/${name}`).manifests.get('absent'))
    expect(linesOf(open).filter((line) => line === 'GET /v2/')).toHaveLength(1)
  })

  it('leaves what was said where the ping itself fails, or leads elsewhere', async () => {
    const other = await serve((_request, response) =>
      json(response, 401, {}, { 'www-authenticate': `Bearer realm="${other.origin}/token"` }),
    )
    for (const ping of [
      (response: Parameters<Handler>[1]) => json(response, 500, {}),
      (response: Parameters<Handler>[1]) =>
        void response.writeHead(307, { location: `${other.origin}/v2/`, 'content-length': '0' }).end(),
    ]) {
      const server = await serve((request, response) =>
        request.url === '/v2/' ? ping(response) : json(response, 404, {}),
      )
      expect(await failureOf(clientOf().repository(`${server.host}/a`).manifests.get('1'))).toMatchObject({
        code: 'MANIFEST_UNKNOWN',
      })
    }
    expect(linesOf(other)).not.toContain('GET /token')
  })
})

/** Gives `token-1`, `token-2` …; `refuse` decides what a request with one of them gets. */
async function expiring(
  refuse: (token: string, request: Parameters<Handler>[0]) => number | undefined,
  { most = Number.POSITIVE_INFINITY, body = {} }: { readonly most?: number; readonly body?: unknown } = {},
): Promise<ScriptedServer & { readonly given: () => number }> {
  let given = 0
  const server = await serve((request, response) => {
    const { url = '', headers } = request
    if (url.startsWith('/token')) {
      if (given >= most) return json(response, 401, {})
      return json(response, 200, { token: `token-${++given}`, expires_in: 3600 })
    }
    const token = /^Bearer (.*)$/.exec(headers.authorization ?? '')?.[1]
    if (token === undefined)
      return json(response, 401, {}, { 'www-authenticate': `Bearer realm="http://${headers.host}/token"` })
    const status = refuse(token, request)
    return status === undefined ? good(request, response) : json(response, status, body)
  })
  return { ...server, given: () => given }
}

/** Gives so many tokens; none is good for a blob. */
async function withoutBlobs(most: number, challenge = ''): Promise<ScriptedServer & { readonly given: () => number }> {
  let given = 0
  const server = await serve((request, response) => {
    const { url = '', headers } = request
    if (url.startsWith('/token'))
      return given >= most ? json(response, 401, {}) : json(response, 200, { token: `token-${++given}` })
    if (headers.authorization !== undefined && !url.includes('/blobs/')) return good(request, response)
    const realm = `Bearer realm="http://${headers.host}/token"${headers.authorization === undefined ? '' : challenge}`
    return json(response, 401, {}, { 'www-authenticate': realm })
  })
  return { ...server, given: () => given }
}

describe('a token that worked and is refused without a challenge', () => {
  it.each([400, 401, 403])('is replaced by a fresh one: %i', async (status) => {
    let void1 = false
    const server = await expiring((token) => (void1 && token === 'token-1' ? status : undefined))
    const repository = clientOf().repository(`${server.host}/a`)
    await repository.manifests.get('1')
    void1 = true
    const layers = Array.from({ length: 4 }, () => repository.blobs.read(descriptorOf(layer)))
    expect((await Promise.all(layers)).map((each) => Buffer.from(each))).toEqual([layer, layer, layer, layer])
    expect(server.given()).toBe(2)
  })

  it.each([400, 401, 403])('once: then the error does not say that the repository is missing (%i)', async (status) => {
    let all = false
    const server = await expiring(() => (all ? status : undefined))
    const repository = clientOf().repository(`${server.host}/a`)
    await repository.manifests.get('1')
    all = true
    const error = await failureOf(repository.blobs.read(descriptorOf(layer)))
    expect(error).toMatchObject({ code: 'TOKEN_FAILED', facts: { status } })
    expect(`${error.message} ${String(error['hint'])}`).not.toMatch(/exist|token-\d/)
    expect(server.given()).toBe(2)
  })

  it('says so where the token server gives no other', async () => {
    let all = false
    const server = await expiring(() => (all ? 403 : undefined), { most: 1 })
    const repository = clientOf().repository(`${server.host}/a`)
    await repository.manifests.get('1')
    all = true
    expect(await failureOf(repository.blobs.read(descriptorOf(layer)))).toMatchObject({ code: 'TOKEN_FAILED' })
  })

  it('is not replaced where it never worked, or where the answer is about something else', async () => {
    const never = await expiring(() => 403)
    expect(await failureOf(clientOf().repository(`${never.host}/a`).manifests.get('1'))).toMatchObject({
      code: 'DENIED',
    })
    expect(never.given()).toBe(1)
    const other = await expiring((_token, { url = '' }) => (url.includes('/blobs/') ? 400 : undefined), {
      body: { errors: [{ code: 'DIGEST_INVALID' }] },
    })
    const repository = clientOf().repository(`${other.host}/a`)
    await repository.manifests.get('1')
    expect(await failureOf(repository.blobs.read(descriptorOf(layer)))).toMatchObject({ code: 'DIGEST_INVALID' })
    expect(other.given()).toBe(1)
  })

  it('is not replaced, and not shown, where a redirect led away', async () => {
    const storage = await serve((_request, response) => json(response, 403, {}))
    const server = await serve((request, response) => {
      const { url = '', headers } = request
      if (url.startsWith('/token')) return json(response, 200, { token: 'CANARY-token' })
      if (headers.authorization === undefined)
        return json(response, 401, {}, { 'www-authenticate': `Bearer realm="http://${headers.host}/token"` })
      if (url.includes('/blobs/'))
        return void response.writeHead(307, { location: `${storage.origin}/x`, 'content-length': '0' }).end()
      return good(request, response)
    })
    const repository = clientOf({ credentials: () => Promise.resolve(ann) }).repository(`${server.host}/a`)
    await repository.manifests.get('1')
    expect(await failureOf(repository.blobs.read(descriptorOf(layer)))).toMatchObject({ code: 'REDIRECT_EXPIRED' })
    expect(linesOf(server).filter((line) => line === 'GET /token')).toHaveLength(1)
    expect(JSON.stringify(storage.requests)).not.toContain('CANARY')
    expect(JSON.stringify(storage.requests)).not.toContain('authorization')
  })
})

describe('a token that worked and is refused with a challenge', () => {
  const thenRefused = async (server: ScriptedServer): Promise<Record<string, unknown> & Error> => {
    const repository = clientOf().repository(`${server.host}/a`)
    await repository.manifests.get('1')
    return failureOf(repository.blobs.read(descriptorOf(layer)))
  }

  it('and then again is the error of a token, and not of a repository that may be missing', async () => {
    const server = await withoutBlobs(2)
    const error = await thenRefused(server)
    expect(error).toMatchObject({ code: 'TOKEN_FAILED', facts: { status: 401 } })
    expect(`${error.message} ${String(error['hint'])}`).not.toMatch(/exist|token-\d/)
    expect(server.given()).toBe(2)
  })

  it('is that, too, where the token server gives no other', async () => {
    expect(await thenRefused(await withoutBlobs(1))).toMatchObject({ code: 'TOKEN_FAILED' })
  })

  it('for allowing too little, or for another repository, is refused as ever', async () => {
    expect(await thenRefused(await withoutBlobs(2, ',error="insufficient_scope"'))).toMatchObject({ code: 'DENIED' })
    const server = await withoutBlobs(2)
    const client = clientOf({ credentials: () => Promise.resolve({ kind: 'registry', token: 'token-0' }) })
    await client.repository(`${server.host}/a`).manifests.get('1')
    expect(await failureOf(client.repository(`${server.host}/b`).blobs.read(descriptorOf(layer)))).toMatchObject({
      code: 'UNAUTHORIZED',
    })
  })
})

describe('a mirror that knows the repository by another name', () => {
  /** Wants a token with all of these scopes, and says so. */
  const mirror = async (...scopes: readonly string[]): Promise<ScriptedServer & { readonly asked: string[][] }> => {
    const asked: string[][] = []
    const server = await serve((request, response) => {
      const { url = '', headers } = request
      if (url.startsWith('/token')) {
        asked.push(new URL(url, 'http://x').searchParams.getAll('scope'))
        return json(response, 200, { token: Buffer.from(JSON.stringify(asked.at(-1))).toString('base64url') })
      }
      const shown = /^Bearer (.*)$/.exec(headers.authorization ?? '')?.[1]
      const held = shown === undefined ? [] : (JSON.parse(Buffer.from(shown, 'base64url').toString()) as string[])
      if (scopes.every((scope) => held.includes(scope))) return good(request, response)
      json(
        response,
        401,
        {},
        {
          'www-authenticate': `Bearer realm="http://${headers.host}/token",scope="${scopes.join(' ')}"`,
        },
      )
    })
    return { ...server, asked }
  }
  const origin = () => serve((_request, response) => json(response, 404, {}))
  const through = async (server: ScriptedServer, registry: ScriptedServer) =>
    clientOf({ mirrors: [`${registry.host}=${server.origin}`] })
      .repository(`${registry.host}/t/app`)
      .manifests.get('1')

  it('gets a token for both names, and it is shown there alone', async () => {
    const [server, registry] = [await mirror('repository:proxy/t/app:pull'), await origin()]
    await expect(through(server, registry)).resolves.toMatchObject({ descriptor: { digest } })
    expect(server.asked).toEqual([['repository:t/app:pull', 'repository:proxy/t/app:pull']])
    expect(registry.requests).toEqual([])
  })

  it.each([400, 401, 403])(
    'or an example: a token server that refuses two at once is asked for ours alone (%i)',
    async (status) => {
      const asked: string[][] = []
      const server = await serve((request, response) => {
        const { url = '', headers } = request
        if (url.startsWith('/token')) {
          const scopes = new URL(url, 'http://x').searchParams.getAll('scope')
          asked.push(scopes)
          if (scopes.length > 1) return json(response, status, { errors: [{ code: 'DENIED' }] })
          return json(response, 200, { token: 'T' })
        }
        if (headers.authorization === 'Bearer T') return good(request, response)
        const realm = `Bearer realm="http://${headers.host}/token",scope="repository:user/image:pull"`
        json(response, 401, {}, { 'www-authenticate': realm })
      })
      await expect(through(server, await origin())).resolves.toMatchObject({ descriptor: { digest } })
      expect(asked).toEqual([['repository:t/app:pull', 'repository:user/image:pull'], ['repository:t/app:pull']])
    },
  )

  it('gets it for one more name and to pull alone', async () => {
    const registry = await origin()
    const two = await mirror('repository:proxy/t/app:pull', 'repository:other/secret:pull')
    await failureOf(through(two, registry))
    expect(two.asked).toEqual([['repository:t/app:pull', 'repository:proxy/t/app:pull']])
    const push = await mirror('repository:proxy/t/app:pull,push', 'registry:catalog:*')
    await failureOf(through(push, registry))
    expect(push.asked).toEqual([['repository:t/app:pull', 'repository:proxy/t/app:pull']])
    const odd = await mirror('repository:../x:pull')
    await failureOf(through(odd, registry))
    expect(odd.asked).toEqual([['repository:t/app:pull']])
    expect(JSON.stringify(registry.requests)).not.toContain('authorization')
  })

  it('is a mirror: a registry itself is asked for nothing beside what is wanted', async () => {
    const server = await mirror('repository:other/secret:pull')
    await failureOf(clientOf().repository(`${server.host}/t/app`).manifests.get('1'))
    expect(server.asked).toEqual([['repository:t/app:pull']])
  })

  it('is passed over with the reason', async () => {
    const [server, registry] = [await mirror('repository:a:pull', 'repository:b:pull'), await origin()]
    const told: unknown[] = []
    const client = clientOf({
      mirrors: [`${registry.host}=${server.origin}`],
      onEvent: (event) => {
        if (event.type === 'endpoint:failed' && event.mirror) told.push(event)
      },
    })
    await failureOf(client.repository(`${registry.host}/t/app`).manifests.get('1'))
    expect(told).toEqual([
      expect.objectContaining({
        mirror: true,
        code: 'UNAUTHORIZED',
        message: expect.stringContaining('401') as string,
      }),
    ])
  })
})
