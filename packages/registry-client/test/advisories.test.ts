import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { Credential, CredentialProvider } from '../src/index.ts'
import { clientOf, failureOf } from './support/client.ts'
import { descriptorOf, manifestOf, manifestType } from './support/image.ts'
import { bytes, json, serve, type Handler, type ScriptedServer } from './support/scripted-server.ts'
import { sinkOf } from './support/sink.ts'

// Advisories of other clients, each as its hostile registry: what becomes of it, and what the servers saw.

const basic: Credential = { kind: 'basic', username: 'ann', password: 'canary' }
const credentials: CredentialProvider = () => Promise.resolve(basic)
const encoded = Buffer.from('ann:canary').toString('base64')
const layer = Buffer.from('a layer')
const manifest = manifestOf()
const manifests: Handler = (_request, response) =>
  bytes(response, 200, manifest.bytes, { 'content-type': manifestType })

/** Asks for a password, and then does this. */
const withPassword = (handler: Handler): Promise<ScriptedServer> =>
  serve((request, response) =>
    request.headers.authorization === undefined
      ? json(response, 401, {}, { 'www-authenticate': 'Basic realm="x"' })
      : handler(request, response),
  )
/** Names this realm, and then gives the manifest. */
const withRealm = (realm: (own: ScriptedServer) => string, scope = ''): Promise<ScriptedServer> => {
  const started: Promise<ScriptedServer> = serve(async (request, response) => {
    const own = await started
    if (request.url?.startsWith('/token') === true) return json(response, 200, { token: 't' })
    if (request.headers.authorization === undefined)
      return json(response, 401, {}, { 'www-authenticate': `Bearer realm="${realm(own)}",service="s"${scope}` })
    return manifests(request, response)
  })
  return started
}
const lines = ({ requests }: ScriptedServer): string[] => requests.map(({ line }) => line.split('?')[0] ?? '')
const expectNoSecret = (server: ScriptedServer): void => {
  const seen = JSON.stringify(server.requests)
  expect(seen).not.toContain('canary')
  expect(seen).not.toContain(encoded)
}

describe('a registry that wants our secrets elsewhere', () => {
  it("CVE-2020-15157 (C1): a layer's URL elsewhere that challenges gets no token and no credentials", async () => {
    const evil = await serve((_request, response) =>
      json(response, 401, {}, { 'www-authenticate': `Bearer realm="${evil.origin}/t"` }),
    )
    const client = clientOf({ credentials })
    expect(
      await failureOf(
        client
          .repository('127.0.0.1:5000/a', { endpoint: client.endpoints('127.0.0.1:5000')[1] })
          .blobs.fetchForeign(`${evil.origin}/x`, descriptorOf(layer), sinkOf()),
      ),
    ).toMatchObject({ code: 'UNAUTHORIZED' })
    expect(lines(evil)).toEqual(['GET /x'])
    expectNoSecret(evil)
  })

  it('CVE-2026-48978, GHSA-xf85-363p-868w, CVE-2026-24845, CVE-2026-33540, CVE-2026-33990, CVE-2026-12566 (C2): a realm at another host is asked anonymously', async () => {
    const evil = await serve((_request, response) => json(response, 200, { token: 't' }), { hostname: 'localhost' })
    const registry = await withRealm(() => `${evil.origin}/token`)
    await clientOf({ credentials }).repository(`${registry.host}/a`).manifests.get('1')
    expect(lines(evil)).toEqual(['GET /token'])
    expectNoSecret(evil)
  })

  it.each([
    '169.254.169.254',
    '0.0.0.0',
    '[::ffff:a9fe:a9fe]',
    '[fd00:ec2::254]',
    '2852039166',
    '[64:ff9b::a9fe:a9fe]',
    '10.0.0.1',
  ])('go-containerregistry #2243 (C3): a realm at %s is not called', async (host) => {
    const registry = await withRealm(() => `http://${host}/token`)
    expect(
      await failureOf(clientOf({ credentials }).repository(`${registry.host}/a`).manifests.get('1')),
    ).toMatchObject({ code: 'ORIGIN_REFUSED' })
    expect(registry.requests).toHaveLength(1)
  })

  it('go-containerregistry #2292 (C4): a token server may not redirect there either', async () => {
    const auth = await serve((_request, response) => bytes(response, 302, '', { location: 'http://169.254.169.254/' }))
    const registry = await withRealm(() => `${auth.origin}/token`)
    expect(
      await failureOf(clientOf({ credentials }).repository(`${registry.host}/a`).manifests.get('1')),
    ).toMatchObject({ code: 'ORIGIN_REFUSED' })
    expect(auth.requests).toHaveLength(1)
  })

  it('CVE-2026-49349, GHSA-vh4v-2xq2-g5cg (C6): what was dropped at another port does not come back on the way back', async () => {
    const other = await serve((_request, response) => bytes(response, 307, '', { location: `${registry.origin}/back` }))
    const registry: ScriptedServer = await serve((request, response) => {
      if (request.url === '/back') return bytes(response, 200, layer)
      return request.headers.authorization === undefined
        ? json(response, 401, {}, { 'www-authenticate': 'Basic realm="x"' })
        : bytes(response, 307, '', { location: `${other.origin}/x` })
    })
    await clientOf({ credentials }).repository(`${registry.host}/a`).blobs.fetch(descriptorOf(layer), sinkOf())
    expectNoSecret(other)
    expect(registry.requests.at(-1)).toMatchObject({ line: 'GET /back' })
    expect(registry.requests.at(-1)?.headers).not.toHaveProperty('authorization')
  })

  it('CVE-2026-50151, GHSA-jxpm-75mh-9fp7 (C7): an upload that goes on elsewhere takes no credentials there', async () => {
    const evil = await serve((_request, response) => bytes(response, 401, ''))
    const registry = await withPassword((_request, response) =>
      bytes(response, 202, '', { location: `${evil.origin}/upload` }),
    )
    await failureOf(clientOf({ credentials }).repository(`${registry.host}/a`).blobs.upload(descriptorOf(layer), layer))
    expectNoSecret(evil)
  })

  it('CVE-2021-32690 (C12): credentials are asked for and shown under the exact host alone; CVE-2024-35192 (C11)', async () => {
    const asked: string[] = []
    const registry = await withPassword(manifests)
    const client = clientOf({
      credentials: ({ host }) => {
        asked.push(host)
        return Promise.resolve(undefined)
      },
    })
    await failureOf(client.repository(`${registry.host}/ghcr.io/a`).manifests.get('1'))
    expect(asked).toEqual([registry.host])
  })

  it('scope abuse (C21): a challenge that asks for more gets a token for our own repository', async () => {
    const registry = await withRealm(
      (own) => `${own.origin}/token`,
      ',scope="repository:other:pull,push,delete registry:catalog:*"',
    )
    await clientOf({ credentials }).repository(`${registry.host}/a`).manifests.get('1')
    const scopes = registry.requests.flatMap(({ line }) =>
      line.startsWith('GET /token') ? new URL(line.slice(4), registry.origin).searchParams.getAll('scope') : [],
    )
    expect(scopes).toEqual(['repository:a:pull'])
  })
})

describe('a registry that leads astray', () => {
  it.each(['http://169.254.169.254/v2/_catalog?n=1', 'https://internal.example/v2/a/tags/list'])(
    'go-containerregistry #2332 (C8): a next page at %s is not read',
    async (next) => {
      const registry = await serve((_request, response) =>
        json(response, 200, { tags: ['1'] }, { link: `<${next}>; rel="next"` }),
      )
      const read = async (): Promise<void> => {
        for await (const tag of clientOf().repository(`${registry.host}/a`).tags()) expect(tag).toBe('1')
      }
      // Its query alone is taken, at the registry itself.
      expect(await failureOf(read())).toMatchObject({ code: 'BAD_RESPONSE', facts: { host: registry.host } })
      expect(registry.requests.every(({ line }) => line.startsWith('GET /v2/a/tags/list'))).toBe(true)
    },
  )

  it('CVE-2014-5277, CVE-2025-6032 (C9): there is no plain http but on loopback and where it was asked for', () => {
    expect(
      clientOf()
        .endpoints('registry.example.com')
        .map(({ scheme }) => scheme),
    ).toEqual(['https'])
    expect(
      clientOf({ insecure: ['registry.example.com'] })
        .endpoints('registry.example.com')
        .map(({ scheme }) => scheme),
    ).toEqual(['https', 'http'])
  })

  it.each(['unix:/var/run/docker.sock', 'file:///etc/passwd', 'data:text/plain,x'])(
    'CVE-2022-33987, CVE-2022-31151, CVE-2022-0235 (C13): a redirect to %s is refused',
    async (location) => {
      const registry = await withPassword((_request, response) => bytes(response, 307, '', { location }))
      expect(
        await failureOf(
          clientOf({ credentials }).repository(`${registry.host}/a`).blobs.fetch(descriptorOf(layer), sinkOf()),
        ),
      ).toMatchObject({ code: 'ORIGIN_REFUSED' })
    },
  )

  it('CVE-2020-15168, CVE-2025-58754 (C14): a bound holds behind a redirect', async () => {
    const cdn = await serve((_request, response) =>
      bytes(response, 200, Buffer.alloc(5 * 1024 * 1024, ' '), { 'content-type': manifestType }),
    )
    const registry = await serve((_request, response) => bytes(response, 302, '', { location: `${cdn.origin}/x` }))
    expect(await failureOf(clientOf().repository(`${registry.host}/a`).manifests.get('1'))).toMatchObject({
      code: 'TOO_LARGE',
    })
  })

  it.each(['a\r\nx-evil: 1', '/evil/path', '\\\\evil', 'a/../b'])(
    'CVE-2022-35948, CVE-2022-35949, CVE-2026-1525 (C15): nobody is asked for the name %j',
    async (name) => {
      const registry = await serve(manifests)
      expect(() => clientOf().repository(`${registry.host}/${name}`)).toThrow(
        expect.objectContaining({ code: 'REFERENCE_INVALID' }),
      )
      expect(registry.requests).toEqual([])
    },
  )
})

describe('a registry that sends what it should not', () => {
  it('CVE-2026-22036 (C16): a thousand codings are not undone', async () => {
    const registry = await serve((_request, response) =>
      bytes(response, 200, gzipSync(manifest.bytes), {
        'content-type': manifestType,
        'content-encoding': Array.from({ length: 1000 }, () => 'gzip').join(', '),
      }),
    )
    expect(await failureOf(clientOf().repository(`${registry.host}/a`).manifests.get('1'))).toMatchObject({
      code: 'CONTENT_CODING',
    })
  })

  it('CVE-2026-2581, go-containerregistry #2296 (C17): an error without end ends', async () => {
    const registry = await serve((_request, response) => {
      response.writeHead(403, { 'content-type': 'text/plain' })
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(64 * 1024, 'x')));
      }
      response.on('drain', more)
      more()
    })
    expect(await failureOf(clientOf().repository(`${registry.host}/a`).manifests.get('1'))).toMatchObject({
      code: 'DENIED',
    })
  })

  it('a lying header (C24): a digest header that lies is believed in nothing', async () => {
    const registry = await serve((_request, response) =>
      bytes(response, 200, manifest.bytes, {
        'content-type': manifestType,
        'docker-content-digest': `sha256:${'0'.repeat(64)}`,
      }),
    )
    expect(await failureOf(clientOf().repository(`${registry.host}/a`).manifests.get('1'))).toMatchObject({
      code: 'DIGEST_MISMATCH',
    })
  })

  it('GHSA-qv35-3gw6-8q4j (R4): by digest, another valid manifest is refused', async () => {
    const registry = await serve(manifests)
    expect(
      await failureOf(
        clientOf()
          .repository(`${registry.host}/a`)
          .manifests.get(`sha256:${'1'.repeat(64)}`),
      ),
    ).toMatchObject({ code: 'DIGEST_MISMATCH' })
  })

  it.each([
    'sha256:../../x',
    'sha256:',
    `sha256:${'A'.repeat(64)}`,
    `sha256:${'a'.repeat(63)}`,
    'md5:d41d8cd98f00b204e9800998ecf8427e',
  ])('CVE-2024-3727 (R5): nobody is asked for the digest %s', async (digest) => {
    const registry = await serve(manifests)
    await failureOf(
      clientOf()
        .repository(`${registry.host}/a`)
        .blobs.fetch({ ...descriptorOf(layer), digest: digest as `sha256:${string}` }, sinkOf()),
    )
    expect(registry.requests).toEqual([])
  })
})
