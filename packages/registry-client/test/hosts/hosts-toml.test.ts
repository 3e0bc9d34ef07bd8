import { join } from 'node:path'
import { parseReference } from '@lading/reference'
import { describe, expect, it } from 'vitest'
import { createRegistryClient, type Endpoint } from '../../src/index.ts'
import { readHosts } from '../../src/hosts/index.ts'
import { folderOf } from '../support/files.ts'

async function endpointsOf(
  files: Readonly<Record<string, string>>,
  reference = 'alpine:3.20',
  insecure: readonly string[] = [],
): Promise<readonly Endpoint[]> {
  const folder = await folderOf(files)
  const hosts = await readHosts({ hostsDirs: [folder] })
  return createRegistryClient({ hosts, insecure }).endpoints(parseReference(reference))
}

describe('a hosts.toml', () => {
  it('lists hosts in order, and the server last, each with its own settings', async () => {
    const folder = await folderOf({
      'docker.io/hosts.toml': `
server = "https://registry-1.docker.io"
capabilities = ["resolve"]

[host."https://mirror.example/hub"]
  capabilities = ["pull"]
  dial_timeout = "1m500ms"
  [host."https://mirror.example/hub".header]
    x-team = ["a", "b"]

[host."http://10.0.0.7:5000/v2"]

[host."harbor.example/v2/cache/"]
  override_path = true
  skip_verify = true
`,
    })
    const hosts = await readHosts({ hostsDirs: [folder] })
    const file = join(folder, 'docker.io', 'hosts.toml')
    expect(createRegistryClient({ hosts }).endpoints(parseReference('alpine'))).toEqual([
      {
        url: 'https://mirror.example/hub',
        host: 'mirror.example',
        scheme: 'https',
        mirror: true,
        insecure: false,
        capabilities: ['pull'],
        dialTimeout: 60_500,
        headers: { 'x-team': 'a, b' },
        namespace: 'docker.io',
        credentialHost: 'mirror.example',
        rule: { file, rule: '[host."https://mirror.example/hub"]' },
      },
      {
        url: 'http://10.0.0.7:5000',
        host: '10.0.0.7:5000',
        scheme: 'http',
        mirror: true,
        insecure: true,
        namespace: 'docker.io',
        credentialHost: '10.0.0.7:5000',
        rule: { file, rule: '[host."http://10.0.0.7:5000/v2"]' },
      },
      {
        url: 'https://harbor.example/v2/cache',
        host: 'harbor.example',
        scheme: 'https',
        mirror: true,
        insecure: true,
        overridePath: true,
        namespace: 'docker.io',
        credentialHost: 'harbor.example',
        rule: { file, rule: '[host."harbor.example/v2/cache/"]' },
      },
      {
        url: 'https://registry-1.docker.io',
        host: 'registry-1.docker.io',
        scheme: 'https',
        mirror: false,
        insecure: false,
        capabilities: ['resolve'],
        credentialHost: 'docker.io',
        rule: { file, rule: 'server' },
      },
    ])
  })

  it('without a server goes on to the domain itself, as the root table says', async () => {
    const [mirror, own, ...rest] = await endpointsOf(
      { 'ghcr.io/hosts.toml': '[host."https://m.example"]\n' },
      'ghcr.io/a/b',
    )
    expect(mirror).toMatchObject({ url: 'https://m.example', mirror: true, namespace: 'ghcr.io' })
    expect(own).toMatchObject({ url: 'https://ghcr.io', mirror: false, rule: { rule: 'no server' } })
    expect(own).not.toHaveProperty('namespace')
    expect(rest).toEqual([])
  })

  it("takes docker.io for the Hub's address, as the examples everywhere have it", async () => {
    const endpoints = await endpointsOf({ 'docker.io/hosts.toml': 'server = "https://docker.io"\n' })
    expect(endpoints).toMatchObject([
      { url: 'https://registry-1.docker.io', mirror: false, credentialHost: 'docker.io' },
    ])
  })

  it.each([
    ['localhost:5000/hosts.toml', 'localhost:5000/a'],
    ['localhost_5000_/hosts.toml', 'localhost:5000/a'],
    ['registry.example:443/hosts.toml', 'registry.example/a'],
    ['registry.example/hosts.toml', 'registry.example:443/a'],
    ['_default/hosts.toml', 'quay.io/a'],
  ])('is found as %s for %s', async (file, reference) => {
    expect((await endpointsOf({ [file]: 'server = "https://m.example"\n' }, reference)).map(({ url }) => url)).toEqual([
      'https://m.example',
    ])
  })

  it("of a host goes before that of _default, and a host's other port is another host", async () => {
    const files = {
      '_default/hosts.toml': 'server = "https://default.example"\n',
      'a.example:5000/hosts.toml': 'server = "https://own.example"\n',
    }
    expect(await endpointsOf(files, 'a.example:5000/x')).toMatchObject([{ host: 'own.example' }])
    expect(await endpointsOf(files, 'a.example:5001/x')).toMatchObject([{ host: 'default.example' }])
    expect(await endpointsOf(files, 'a.example/x')).toMatchObject([{ host: 'default.example' }])
  })

  it.each([
    ['server = 5', 'server: it must be a text, and is a number'],
    ['server = "https://u:p@m.example"', 'must not carry a user name'],
    ['server = "ftp://m.example"', 'must start with https:// or http://'],
    ['capabilities = ["pull", 5]', 'capabilities: it must be a list of texts, and is a list'],
    ['capabilities = "pull"', 'capabilities: it must be a list of texts, and is a string'],
    ['host = ["https://m.example"]', 'host: it must be a table, and is a list'],
    [
      '[host."https://m.example"]\nskip_verify = "yes"',
      '[host."https://m.example"] skip_verify: it must be true or false',
    ],
    ['[host."https://m.example"]\nclient = [["a", "b", "c"]]', 'pairs of certificate and key'],
    ['[host."https://m.example"]\nca = [1]', 'ca: it must be a list of texts'],
    ['[host."https://m.example"]\ndial_timeout = "soon"', 'not a duration'],
    ['[host."https://m.example".header]\n"a b" = "x"', 'is not a header name'],
    ['[host."https://m.example".header]\ncontent-length = "1"', 'is set by lading itself'],
    ['[host."https://m.example".header]\nx = "a\\r\\nb"', 'is not valid in a header'],
    ['[host."https://m.example"]\nca = "absent.crt"', 'which does not exist'],
    ['a = 1\nb = [', ':2: it is not TOML'],
  ])('that is wrong (%j) is refused with file and member, and only where it matters', async (text, words) => {
    const folder = await folderOf({ 'bad.example/hosts.toml': text, 'good.example/hosts.toml': '' })
    const client = createRegistryClient({ hosts: await readHosts({ hostsDirs: [folder] }) })
    expect(client.endpoints(parseReference('good.example/a'))).toHaveLength(1)
    const attempt = (): unknown => client.endpoints(parseReference('bad.example/a'))
    expect(attempt).toThrow(words)
    expect(attempt).toThrow(
      expect.objectContaining({
        name: 'HostsError',
        facts: expect.objectContaining({ path: expect.stringContaining(folder) as string }) as object,
      }),
    )
  })
  it.each([
    ['["pull", "resolve", "push", "referrers"]', ['pull', 'resolve', 'push', 'referrers'], []],
    ['["REFERRERS"]', ['referrers'], []],
    ['["pull", "teleport"]', ['pull'], ['"teleport"']],
    ['["teleport", "fly\\u001b"]', [], ['"teleport"', '"fly\\x1b"']],
    ['["delete", "delete"]', [], ['"delete"']],
    ['[]', undefined, []],
  ])('with the capabilities %s', async (text, capabilities, unknown) => {
    const folder = await folderOf({
      'a.example/hosts.toml': `[host."https://m.example"]\ncapabilities = ${text}\n`,
      'b.example/hosts.toml': '[host."https://m.example"]\ncapabilities = ["other"]\n',
    })
    const warnings: string[] = []
    const hosts = await readHosts({ hostsDirs: [folder] }, { onWarning: ({ message }) => warnings.push(message) })
    expect(warnings).toEqual([])
    const client = createRegistryClient({ hosts })
    for (let time = 0; time < 2; time++)
      expect(client.endpoints(parseReference('a.example/x'))[0]?.capabilities).toEqual(capabilities)
    expect(warnings).toEqual(
      unknown.map(
        (name) =>
          `${join(folder, 'a.example/hosts.toml')}: [host."https://m.example"]: the capability ${name} is not known here, and not used`,
      ),
    )
  })

  it('says that its proxy is not followed', async () => {
    const folder = await folderOf({ 'a.example/hosts.toml': 'server = "https://a.example"\nproxy = "http://p:8080"\n' })
    const warnings: string[] = []
    const hosts = await readHosts({ hostsDirs: [folder] }, { onWarning: ({ message }) => warnings.push(message) })
    createRegistryClient({ hosts }).endpoints('a.example')
    expect(warnings).toEqual([expect.stringContaining('its proxy is not followed')])
  })
})
