import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { makeCertificate, startTestRegistry } from '@lading/test-registry'
import { parseReference } from '@lading/reference'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { ClientEvent } from '../../src/index.ts'
import { readHosts } from '../../src/hosts/index.ts'
import { clientOf, failureOf } from '../support/client.ts'
import { folderOf } from '../support/files.ts'
import { descriptorOf, manifestOf, manifestType } from '../support/image.ts'
import { bytes, json, serve, type Handler, type ScriptedServer } from '../support/scripted-server.ts'

const layer = Buffer.from('a layer')
const manifest = manifestOf(Buffer.from('{}'), [layer])

/** A registry that has the image at whatever name, or nothing. */
const having: Handler = (request, response) =>
  bytes(response, 200, (request.url ?? '').includes('/blobs/') ? layer : manifest.bytes, {
    'content-type': manifestType,
  })
const lacking: Handler = (_request, response) => json(response, 404, { errors: [] })
const lines = ({ requests }: ScriptedServer): readonly string[] => requests.map(({ line }) => line)

async function hostsToml(registry: string, text: string): ReturnType<typeof readHosts> {
  return readHosts({ hostsDirs: [await folderOf({ [`${registry}/hosts.toml`]: text })] })
}

describe('the hosts of a hosts.toml', () => {
  it("are asked in order, by their own paths, each told the registry's name, and the registry last", async () => {
    const [one, two, upstream] = [await serve(lacking), await serve(lacking), await serve(having)]
    const hosts = await hostsToml(
      upstream.host,
      `server = "${upstream.origin}"\n[host."${one.origin}/cache"]\n[host."${two.origin}/v2/proxy"]\noverride_path = true\n`,
    )
    await clientOf({ hosts }).repository(`${upstream.host}/t/app`).manifests.get('1')
    const ns = `?ns=${encodeURIComponent(upstream.host)}`
    expect(lines(one)).toEqual([`GET /cache/v2/t/app/manifests/1${ns}`, `GET /cache/v2/${ns}`])
    expect(lines(two)).toEqual([`GET /v2/proxy/t/app/manifests/1${ns}`, `GET /v2/proxy/${ns}`])
    expect(lines(upstream)).toEqual(['GET /v2/t/app/manifests/1'])
  })

  it('are asked for what they are capable of and nothing else', async () => {
    const [content, tags, upstream] = [await serve(having), await serve(having), await serve(having)]
    const hosts = await hostsToml(
      upstream.host,
      `server = "${upstream.origin}"\n[host."${content.origin}"]\ncapabilities = ["pull"]\n[host."${tags.origin}"]\ncapabilities = ["resolve"]\n`,
    )
    const repository = clientOf({ hosts }).repository(`${upstream.host}/t/app`)
    await repository.manifests.get('1')
    await repository.manifests.get(manifest.digest)
    await repository.blobs.read(descriptorOf(layer))
    const ns = `?ns=${encodeURIComponent(upstream.host)}`
    expect(lines(tags)).toEqual([`GET /v2/t/app/manifests/1${ns}`])
    expect(lines(content)).toEqual([
      `GET /v2/t/app/manifests/${manifest.digest}${ns}`,
      `GET /v2/t/app/blobs/${descriptorOf(layer).digest}${ns}`,
    ])
    expect(lines(upstream)).toEqual([])
  })

  it('are asked for referrers where they are named for it, and whoever resolves tags where nobody is', async () => {
    const referrers: Handler = (request, response) =>
      json(
        response,
        200,
        { schemaVersion: 2, manifests: [] },
        { 'content-type': 'application/vnd.oci.image.index.v1+json' },
      )
    const [tags, named, upstream] = [await serve(referrers), await serve(referrers), await serve(referrers)]
    const list = async (hosts: Awaited<ReturnType<typeof hostsToml>>): Promise<void> => {
      for await (const entry of clientOf({ hosts }).repository(`${upstream.host}/t/app`).referrers(manifest.digest))
        throw new Error(entry.digest)
    }
    const host = ({ origin }: ScriptedServer, capabilities: string): string =>
      `[host."${origin}"]\ncapabilities = [${capabilities}]\n`
    const two = host(tags, '"pull", "resolve"') + host(named, '"referrers"')
    await list(await hostsToml(upstream.host, `server = "${upstream.origin}"\n${two}`))
    const line = `GET /v2/t/app/referrers/${manifest.digest}?ns=${encodeURIComponent(upstream.host)}`
    expect([tags, named, upstream].map(lines)).toEqual([[], [line], []])
    await list(await hostsToml(upstream.host, `server = "${upstream.origin}"\n${host(tags, '"resolve"')}`))
    expect([tags, named, upstream].map(lines)).toEqual([[], [line], [line.replace(/\?.*/, '')]])
    await list(
      await hostsToml(
        upstream.host,
        `server = "${upstream.origin}"\ncapabilities = ["pull"]\n${host(tags, '"resolve"')}`,
      ),
    )
    expect([tags, named, upstream].map((each) => lines(each).length)).toEqual([1, 1, 1])
  })

  it('that lack a blob leave it to the next, and are asked for the others', async () => {
    const [content, upstream] = [
      await serve((request, response) =>
        (request.url?.includes(descriptorOf(layer).digest) === true ? lacking : having)(request, response),
      ),
      await serve(having),
    ]
    const hosts = await hostsToml(upstream.host, `server = "${upstream.origin}"\n[host."${content.origin}"]\n`)
    const repository = clientOf({ hosts }).repository(`${upstream.host}/t/app`)
    await repository.manifests.get('1')
    await repository.blobs.read(descriptorOf(layer))
    await repository.manifests.get(manifest.digest)
    expect(content.requests).toHaveLength(3)
    expect(lines(upstream)).toEqual([`GET /v2/t/app/blobs/${descriptorOf(layer).digest}`])
  })

  it('see their own headers and credentials, and nobody else does', async () => {
    const wantsBasic: Handler = (request, response) =>
      request.headers.authorization === undefined
        ? json(response, 401, {}, { 'www-authenticate': 'Basic realm="x"' })
        : lacking(request, response)
    const cdn = await serve(having)
    const mirror = await serve((request, response) =>
      request.url?.includes('/blobs/') === true
        ? json(response, 307, {}, { location: `${cdn.origin}/blob` })
        : wantsBasic(request, response),
    )
    const upstream = await serve((request, response) =>
      (request.headers.authorization === undefined ? wantsBasic : having)(request, response),
    )
    const hosts = await hostsToml(
      upstream.host,
      `server = "${upstream.origin}"\n[host."${mirror.origin}".header]\nx-canary = "for the mirror"\n`,
    )
    const passwords: Record<string, string> = { [mirror.host]: 'of-mirror', [upstream.host]: 'of-upstream' }
    const client = clientOf({
      hosts,
      credentials: ({ host }) =>
        Promise.resolve({ kind: 'basic', username: 'u', password: passwords[host] ?? 'of nobody' }),
    })
    const repository = client.repository(`${upstream.host}/t/app`)
    await repository.manifests.get('1')
    await repository.blobs.read(descriptorOf(layer))
    const seen = (server: ScriptedServer): readonly string[] => [
      ...new Set(
        server.requests.flatMap(({ headers }) =>
          headers.authorization === undefined ? [] : [Buffer.from(headers.authorization.slice(6), 'base64').toString()],
        ),
      ),
    ]
    expect(seen(mirror)).toEqual(['u:of-mirror'])
    expect(seen(upstream)).toEqual(['u:of-upstream'])
    expect(mirror.requests.every(({ headers }) => headers['x-canary'] === 'for the mirror')).toBe(true)
    for (const other of [cdn, upstream])
      expect(
        other.requests.some(
          ({ headers }) =>
            'x-canary' in headers ||
            headers.authorization?.includes(Buffer.from('of-mirror').toString('base64')) === true,
        ),
      ).toBe(false)
  })

  it('are given so long to connect as dial_timeout says', async () => {
    const hosts = await hostsToml(
      'a.example',
      'server = "https://a.example"\n[host."https://m.example"]\ndial_timeout = "250ms"\n',
    )
    const asked: (readonly [string, number | undefined])[] = []
    const client = clientOf({
      hosts,
      transport: async ({ url, connectTimeout }, to) => {
        asked.push([url.host, connectTimeout])
        await to.head(404, new Headers())
      },
    })
    await failureOf(client.repository('a.example/b').manifests.get('1'))
    expect(asked).toEqual([
      ['m.example', 250],
      ['m.example', 250],
      ['a.example', undefined],
      ['a.example', undefined],
    ])
  })
})

describe('a host that accepts connections and never speaks', () => {
  it('is waited for as long as dial_timeout says, and then the next is asked', async () => {
    const silent = createServer((socket) => void socket.on('error', () => undefined)).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    onTestFinished(() => void silent.close())
    const { port } = silent.address() as { port: number }
    const upstream = await serve(having)
    const hosts = await hostsToml(
      upstream.host,
      `server = "${upstream.origin}"\n[host."https://127.0.0.1:${port}"]\ndial_timeout = "50ms"\n`,
    )
    const events: ClientEvent[] = []
    await clientOf({ hosts, onEvent: (event) => events.push(event) })
      .repository(`${upstream.host}/t/app`)
      .manifests.get('1')
    expect(lines(upstream)).toEqual(['GET /v2/t/app/manifests/1'])
    expect(events).toContainEqual(expect.objectContaining({ type: 'mirror', state: 'skipped', code: 'TIMEOUT' }))
  })
})

describe('a registries.conf', () => {
  it('changes the name that a mirror and the registry are asked for', async () => {
    const [mirror, upstream] = [await serve(lacking), await serve(having)]
    const folder = await folderOf({
      'registries.conf': `[[registry]]\nprefix = "registry.example/team"\nlocation = "${upstream.host}/moved"\n[[registry.mirror]]\nlocation = "${mirror.host}/cache/of"\n`,
    })
    const client = clientOf({ hosts: await readHosts({ registriesConf: [join(folder, 'registries.conf')] }) })
    await client.repository('registry.example/team/app').manifests.get('1')
    expect(lines(mirror)).toEqual(['GET /v2/cache/of/app/manifests/1', 'GET /v2/'])
    expect(lines(upstream)).toEqual(['GET /v2/moved/app/manifests/1'])
  })

  it('keeps a blocked name from every request', async () => {
    const folder = await folderOf({
      'registries.conf': '[[registry]]\nlocation = "registry.example"\nblocked = true\n',
    })
    const client = clientOf({
      hosts: await readHosts({ registriesConf: [join(folder, 'registries.conf')] }),
      transport: () => Promise.reject(new Error('it was asked')),
    })
    expect(() => client.repository('registry.example/a')).toThrow(expect.objectContaining({ code: 'HOST_BLOCKED' }))
  })
})

describe('certs.d', () => {
  it('makes a registry with an authority of its own trusted, and shows it the client certificate it wants', async () => {
    const authority = makeCertificate({ authority: true })
    const server = makeCertificate({ issuer: authority, hosts: ['127.0.0.1'] })
    const client = makeCertificate({ issuer: authority })
    await using registry = await startTestRegistry({
      tls: { cert: server.cert, key: server.key, ca: authority.cert },
      clientCertificates: 'required',
    })
    registry.repository('a').putManifest(manifest.bytes, { tag: '1', mediaType: manifestType })
    const certsDir = (files: Readonly<Record<string, string>>): Promise<string> =>
      folderOf(Object.fromEntries(Object.entries(files).map(([name, text]) => [`${registry.host}/${name}`, text])))
    const pull = async (files: Readonly<Record<string, string>>): Promise<unknown> =>
      clientOf({ hosts: await readHosts({ certsDirs: [await certsDir(files)] }) })
        .repository(`${registry.host}/a`)
        .manifests.get('1')

    expect(await failureOf(pull({}))).toMatchObject({ code: 'TLS_REFUSED' })
    await failureOf(pull({ 'ca.crt': authority.cert }))
    expect(registry.journal.entries).toEqual([])
    await pull({ 'ca.crt': authority.cert, 'me.cert': client.cert, 'me.key': client.key })
    expect(registry.journal.entries).toHaveLength(1)
  })

  it('is not shown to a mirror that stands before the registry', async () => {
    const authority = makeCertificate({ authority: true })
    const client = makeCertificate({ issuer: authority })
    const folder = await folderOf({
      'a.example/ca.crt': authority.cert,
      'a.example/me.cert': client.cert,
      'a.example/me.key': client.key,
    })
    const endpoints = clientOf({
      hosts: await readHosts({ certsDirs: [folder] }),
      mirrors: ['a.example=https://m.example'],
    }).endpoints(parseReference('a.example/b'))
    expect(endpoints.map(({ host, tls }) => [host, tls?.cert === undefined])).toEqual([
      ['m.example', true],
      ['a.example', false],
    ])
  })
})
