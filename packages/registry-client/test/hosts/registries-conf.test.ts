import { join } from 'node:path'
import { parseReference } from '@lading/reference'
import { describe, expect, it } from 'vitest'
import { createRegistryClient, type Endpoint, type RegistryClient } from '../../src/index.ts'
import { readHosts } from '../../src/hosts/index.ts'
import { folderOf } from '../support/files.ts'

async function clientOf(conf: string, dropIns: Readonly<Record<string, string>> = {}): Promise<RegistryClient> {
  const folder = await folderOf({
    'registries.conf': conf,
    ...Object.fromEntries(Object.entries(dropIns).map(([name, text]) => [`conf.d/${name}`, text])),
  })
  return createRegistryClient({
    hosts: await readHosts({
      registriesConf: [join(folder, 'absent'), join(folder, 'registries.conf')],
      registriesConfDirs: [join(folder, 'conf.d')],
    }),
  })
}

const shown = ({ url, path = '', mirror, insecure }: Endpoint): string =>
  [url, path, mirror ? 'mirror' : '', insecure ? 'insecure' : ''].filter((part) => part !== '').join(' ')
const endpointsOf = (client: RegistryClient, reference: string): readonly string[] =>
  client.endpoints(parseReference(reference)).map(shown)
const digest = `sha256:${'0'.repeat(64)}`

describe('a registries.conf', () => {
  it('rewrites what a prefix covers, mirrors first', async () => {
    const client = await clientOf(`
unqualified-search-registries = ["quay.io"]
[[registry]]
prefix = "registry.example/team"
location = "internal.example:5000/bar"
[[registry.mirror]]
location = "mirror.example/cache"
[[registry.mirror]]
location = "10.0.0.9"
insecure = true
`)
    expect(endpointsOf(client, 'registry.example/team/app:1')).toEqual([
      'https://mirror.example cache/app mirror',
      'https://10.0.0.9 app mirror insecure',
      'http://10.0.0.9 app mirror insecure',
      'https://internal.example:5000 bar/app',
    ])
    expect(endpointsOf(client, 'registry.example/teams/app:1')).toEqual(['https://registry.example'])
    expect(endpointsOf(client, 'registry.example/other')).toEqual(['https://registry.example'])
  })

  it('files credentials under the host that is asked, and says which rule it was', async () => {
    const client = await clientOf('[[registry]]\nlocation = "docker.io"\n[[registry.mirror]]\nlocation = "m.example"\n')
    const [mirror, hub] = client.endpoints(parseReference('alpine'))
    expect(mirror).toMatchObject({
      credentialHost: 'm.example',
      rule: {
        rule: '[[registry]] prefix = "docker.io" mirror "m.example"',
        file: expect.stringMatching(/registries\.conf$/) as string,
      },
    })
    expect(hub).toMatchObject({ url: 'https://registry-1.docker.io', credentialHost: 'docker.io' })
  })

  it.each([
    ['a.example/x/y:1', 'long.example'],
    ['a.example/x/z', 'middle.example'],
    ['a.example/xx', 'short.example'],
    ['b.a.example/x', 'exact.example'],
    ['c.a.example/x', 'wild.example'],
  ])('takes the longest prefix for %s', async (reference, host) => {
    const rule = (prefix: string, location: string): string =>
      `[[registry]]\nprefix = "${prefix}"\nlocation = "${location}"\n`
    const client = await clientOf(
      rule('a.example', 'short.example') +
        rule('a.example/x/y', 'long.example/y') +
        rule('a.example/x', 'middle.example') +
        rule('*.a.example', 'wild.example') +
        rule('b.a.example', 'exact.example'),
    )
    expect(client.endpoints(parseReference(reference))).toMatchObject([{ host }])
  })

  it('covers subdomains with a wildcard that moves nothing', async () => {
    const client = await clientOf('[[registry]]\nprefix = "*.example.com"\ninsecure = true\n')
    expect(endpointsOf(client, 'a.b.example.com/x')).toEqual([
      'https://a.b.example.com insecure',
      'http://a.b.example.com insecure',
    ])
    expect(endpointsOf(client, 'example.com/x')).toEqual(['https://example.com'])
  })

  it.each([
    ['all', 'x.example/a:1', true],
    ['all', `x.example/a@${digest}`, true],
    ['digest-only', 'x.example/a:1', false],
    ['digest-only', `x.example/a:1@${digest}`, true],
    ['tag-only', 'x.example/a:1', true],
    ['tag-only', `x.example/a@${digest}`, false],
  ])('asks a mirror with pull-from-mirror = %s for %s: %s', async (pull, reference, asked) => {
    const client = await clientOf(
      `[[registry]]\nlocation = "x.example"\n[[registry.mirror]]\nlocation = "m.example"\npull-from-mirror = "${pull}"\n`,
    )
    expect(endpointsOf(client, reference)).toEqual([
      ...(asked ? ['https://m.example mirror'] : []),
      'https://x.example',
    ])
  })

  it('blocks, with the file and the rule in the error', async () => {
    const client = await clientOf(
      '[[registry]]\nprefix = "docker.io/library"\nlocation = "docker.io/library"\nblocked = true\n',
    )
    expect(() => client.endpoints(parseReference('alpine'))).toThrow(
      expect.objectContaining({
        code: 'HOST_BLOCKED',
        message: expect.stringMatching(
          /^docker\.io\/library\/alpine is blocked by \[\[registry\]\] prefix = "docker\.io\/library" in .*registries\.conf$/,
        ) as string,
      }),
    )
    expect(endpointsOf(client, 'acme/app')).toEqual(['https://registry-1.docker.io'])
  })

  it('is added to by the files of its directory, in order, by prefix', async () => {
    const one = (location: string): string => `[[registry]]\nprefix = "a.example"\nlocation = "${location}"\n`
    const client = await clientOf(`${one('main.example')}[[registry]]\nlocation = "b.example"\nblocked = true\n`, {
      '10.conf': one('ten.example'),
      '20.conf': one('twenty.example'),
      '30.txt': one('text.example'),
    })
    expect(endpointsOf(client, 'a.example/x')).toEqual(['https://twenty.example'])
    expect(() => client.endpoints(parseReference('b.example/x'))).toThrow(
      expect.objectContaining({ code: 'HOST_BLOCKED' }),
    )
  })

  it.each([
    ['[[registry]]\n', 'it needs a prefix or a location'],
    ['[[registry]]\nprefix = "a.example"\n', 'it needs a location'],
    ['[[registry]]\nlocation = "https://a.example"\n', 'must not be a URL'],
    ['[[registry]]\nlocation = "a b"\n', 'is neither host[:port][/path] nor'],
    ['[[registry]]\nprefix = "a.example"\nlocation = "a b"\n', 'is not host[:port][/path]'],
    ['[[registry]]\nprefix = "*.a.example/x"\n', 'neither host[:port][/path] nor *.host'],
    ['[[registry]]\nlocation = "a.example"\nblocked = 1\n', 'registry[0] blocked: it must be true or false'],
    ['[[registry]]\nlocation = "a.example"\n[[registry.mirror]]\n', 'it needs a location'],
    [
      '[[registry]]\nlocation = "a.example"\n[[registry.mirror]]\nlocation = "m.example"\npull-from-mirror = "never"\n',
      'not all, digest-only or tag-only',
    ],
    ['[registries.block]\nregistries = ["a.example"]\n', 'version 1 of this format is not supported'],
    ['registry = 5\n', 'it must be a list of tables'],
  ])('that is wrong (%j) is refused', async (text, words) => {
    await expect(clientOf(text)).rejects.toMatchObject({
      name: 'HostsError',
      code: 'HOSTS_FILE_INVALID',
      message: expect.stringContaining(words) as string,
    })
  })

  it('that makes no name of a name is refused for that name', async () => {
    const client = await clientOf('[[registry]]\nprefix = "a.example"\nlocation = "short"\n')
    expect(() => client.endpoints(parseReference('a.example/x'))).toThrow(
      expect.objectContaining({ code: 'HOSTS_FILE_INVALID', message: expect.stringContaining('"short/x"') as string }),
    )
  })
})
