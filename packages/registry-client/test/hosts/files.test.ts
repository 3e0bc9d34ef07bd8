import { chmod, mkdir, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseReference } from '@lading/reference'
import { makeCertificate, startTestRegistry } from '@lading/test-registry'
import { describe, expect, it } from 'vitest'
import { isRoot } from '../../../../test/support/needs.ts'
import { createRegistryClient } from '../../src/index.ts'
import { hostsPlacesFromEnv, readHosts, systemHosts, type HostsWarning } from '../../src/hosts/index.ts'
import { folderOf } from '../support/files.ts'

/** Root may read everything; so may this process, until it is nobody for a while. */
async function withoutRoot<Result>(work: () => Promise<Result>): Promise<Result> {
  if (!isRoot) return work()
  process.seteuid?.('nobody')
  try {
    return await work()
  } finally {
    process.seteuid?.(0)
  }
}

const mirrorOf = (url: string): string => JSON.stringify({ 'registry-mirrors': [url] })

describe('the files of a machine', () => {
  it('of which none is there say nothing', async () => {
    const folder = await folderOf({})
    const nowhere = join(folder, 'nowhere')
    const hosts = await readHosts({
      hostsDirs: [nowhere],
      registriesConf: [nowhere],
      registriesConfDirs: [nowhere],
      daemonJson: [nowhere],
      certsDirs: [nowhere],
    })
    expect(createRegistryClient({ hosts }).endpoints('docker.io')).toEqual(
      createRegistryClient().endpoints('docker.io'),
    )
  })

  it('decide in this order: hosts.toml of the host, registries.conf, daemon.json, hosts.toml of _default', async () => {
    const folder = await folderOf({
      'certs.d/docker.io/hosts.toml': 'server = "https://own.example"',
      'default/_default/hosts.toml': 'server = "https://default.example"',
      'registries.conf': '[[registry]]\nlocation = "docker.io"\n[[registry.mirror]]\nlocation = "conf.example"\n',
      'daemon.json': mirrorOf('https://daemon.example/'),
    })
    const at = (name: string): string => join(folder, name)
    const first = async (places: Parameters<typeof readHosts>[0]): Promise<string | undefined> =>
      createRegistryClient({ hosts: await readHosts(places) }).endpoints(parseReference('alpine'))[0]?.url
    const all = {
      registriesConf: [at('registries.conf')],
      daemonJson: [at('daemon.json')],
      hostsDirs: [at('certs.d'), at('default')],
    }
    expect(await first(all)).toBe('https://own.example')
    expect(await first({ ...all, hostsDirs: [at('default')] })).toBe('https://conf.example')
    expect(await first({ daemonJson: all.daemonJson, hostsDirs: [at('default')] })).toBe('https://daemon.example')
    expect(await first({ hostsDirs: [at('default')] })).toBe('https://default.example')
  })

  it('block whoever decides, and come after the mirrors that the client was given', async () => {
    const folder = await folderOf({
      'certs.d/docker.io/hosts.toml': 'server = "https://own.example"',
      'registries.conf': '[[registry]]\nlocation = "docker.io/acme"\nblocked = true\n',
    })
    const hosts = await readHosts({
      hostsDirs: [join(folder, 'certs.d')],
      registriesConf: [join(folder, 'registries.conf')],
    })
    const client = createRegistryClient({ hosts, mirrors: ['https://given.example', 'ghcr.io=https://gh.example'] })
    expect(client.endpoints(parseReference('alpine')).map(({ url }) => url)).toEqual([
      'https://given.example',
      'https://own.example',
    ])
    expect(client.endpoints(parseReference('ghcr.io/a/b')).map(({ url }) => url)).toEqual([
      'https://gh.example',
      'https://ghcr.io',
    ])
    expect(() => client.endpoints(parseReference('acme/app'))).toThrow(
      expect.objectContaining({ code: 'HOST_BLOCKED' }),
    )
  })

  it.each(['null', '{"registry-mirrors":null,"insecure-registries":null}', '{"registry-mirrors":[]}', ''])(
    'say nothing in a daemon.json with empty lists, in each spelling of Go: %j',
    async (text) => {
      const folder = await folderOf({ 'daemon.json': text })
      const hosts = await readHosts({ daemonJson: [join(folder, 'daemon.json')] })
      const urls = createRegistryClient({ hosts })
        .endpoints(parseReference('alpine'))
        .map(({ url }) => url)
      expect(urls).toEqual(['https://registry-1.docker.io'])
    },
  )

  it('mark hosts insecure in daemon.json, and say so', async () => {
    const folder = await folderOf({
      'daemon.json': JSON.stringify({ 'insecure-registries': ['10.0.0.0/8', 'a.example:5000'], 'log-level': 'debug' }),
    })
    const file = join(folder, 'daemon.json')
    const client = createRegistryClient({ hosts: await readHosts({ daemonJson: [file] }) })
    expect(client.endpoints('10.1.2.3')).toMatchObject([
      { scheme: 'https', insecure: true, insecureRule: { file, rule: 'insecure-registries' } },
      { scheme: 'http' },
    ])
    expect(client.endpoints('a.example')).toMatchObject([{ insecure: false }])
  })

  it.each([
    ['http://10.9.8.7:5000', '10.9.8.7:5000'],
    ['https://10.9.8.7:5000', '10.9.8.7:5000'],
    ['HTTP://A.example', 'a.example'],
    ['HttpS://[::1]:5000', '[::1]:5000'],
    ['http://10.0.0.0/8', '10.9.8.7:5000'],
  ])('mark a host in daemon.json that is written %s, as docker does, with one warning', async (entry, host) => {
    const folder = await folderOf({ 'daemon.json': JSON.stringify({ 'insecure-registries': [entry, entry] }) })
    const file = join(folder, 'daemon.json')
    const warnings: HostsWarning[] = []
    const hosts = await readHosts({ daemonJson: [file] }, { onWarning: (warning) => warnings.push(warning) })
    const client = createRegistryClient({ hosts })
    expect(client.endpoints(host)[0]).toMatchObject({ insecure: true, insecureRule: { file } })
    expect(client.endpoints('other.example')[0]).toMatchObject({ insecure: false })
    expect(warnings).toEqual([
      {
        file,
        rule: 'insecure-registries',
        message: `${file}: insecure-registries: "${entry}" is taken for ${entry.replace(/^.*:\/\//, '')}`,
      },
    ])
  })

  it('are of daemon.json the first that says something of registries', async () => {
    const folder = await folderOf({
      'desktop.json': JSON.stringify({ builder: { gc: { enabled: true } }, experimental: false }),
      'empty.json': JSON.stringify({ 'registry-mirrors': [] }),
      'daemon.json': mirrorOf('https://m.example'),
    })
    const at = (name: string): string => join(folder, name)
    const first = async (...daemonJson: readonly string[]): Promise<string | undefined> =>
      createRegistryClient({ hosts: await readHosts({ daemonJson }) }).endpoints('docker.io')[0]?.host
    expect(await first(at('desktop.json'), at('daemon.json'))).toBe('m.example')
    expect(await first(at('empty.json'), at('daemon.json'))).toBe('registry-1.docker.io')
    await writeFile(at('desktop.json'), '{')
    await expect(first(at('desktop.json'), at('daemon.json'))).rejects.toMatchObject({ code: 'HOSTS_FILE_INVALID' })
  })

  it.each([
    ['{', 'it is not JSON'],
    ['[]', 'it must be a table'],
    ['{"registry-mirrors": "https://m.example"}', 'registry-mirrors: it must be a list of texts'],
    ['{"registry-mirrors": ["m.example"]}', 'must start with https://'],
    ['{"insecure-registries": ["ftp://a.example"]}', 'a host, not a URL'],
    ['{"insecure-registries": ["http://a.example/path"]}', 'not an address range'],
    ['{"insecure-registries": ["http://"]}', 'neither a host nor host:port'],
    ['{"insecure-registries": ["http://https://a.example"]}', 'a host, not a URL'],
    ['{"insecure-registries": ["https://u:p@a.example"]}', 'neither a host nor host:port'],
  ])('in which daemon.json is wrong (%s) are refused', async (text, words) => {
    const folder = await folderOf({ 'daemon.json': text })
    await expect(readHosts({ daemonJson: [join(folder, 'daemon.json')] })).rejects.toMatchObject({
      code: 'HOSTS_FILE_INVALID',
      message: expect.stringContaining(words) as string,
    })
  })

  it('that may not be read are an error that says so', async () => {
    const folder = await folderOf({ 'daemon.json': '{}' })
    const file = join(folder, 'daemon.json')
    await chmod(file, 0)
    await expect(withoutRoot(() => readHosts({ daemonJson: [file] }))).rejects.toMatchObject({
      code: 'HOSTS_FILE_UNREADABLE',
      message: expect.stringContaining('cannot be read by this user') as string,
    })
  })

  it('that are links are followed, in a circle refused, to nowhere nothing', async () => {
    const folder = await folderOf({ 'real.json': mirrorOf('https://m.example') })
    const at = (name: string): string => join(folder, name)
    await symlink(at('real.json'), at('link.json'))
    await symlink(at('nowhere'), at('dangling.json'))
    await symlink(at('circle.json'), at('circle.json'))
    expect(
      createRegistryClient({
        hosts: await readHosts({ daemonJson: [at('dangling.json'), at('link.json')] }),
      }).endpoints('docker.io')[0]?.host,
    ).toBe('m.example')
    await expect(readHosts({ daemonJson: [at('circle.json')] })).rejects.toMatchObject({
      code: 'HOSTS_FILE_UNREADABLE',
    })
  })

  it('are told of where a link leads nowhere: somebody meant it to be a file', async () => {
    const folder = await folderOf({ 'conf.d/a.conf': '', 'real.json': mirrorOf('https://m.example') })
    const at = (name: string): string => join(folder, name)
    for (const name of ['registries.conf', 'conf.d/b.conf', 'daemon.json']) await symlink('/nowhere/at/all', at(name))
    const warnings: string[] = []
    const hosts = await readHosts(
      {
        registriesConf: [at('registries.conf')],
        registriesConfDirs: [at('conf.d')],
        daemonJson: [at('absent.json'), at('daemon.json'), at('real.json')],
      },
      { onWarning: ({ message }) => warnings.push(message.replace(folder, '')) },
    )
    expect(createRegistryClient({ hosts }).endpoints('docker.io')[0]?.host).toBe('m.example')
    expect(warnings).toEqual([
      '/registries.conf: registries.conf: the link leads nowhere; it is not used',
      '/conf.d/b.conf: registries.conf: the link leads nowhere; it is not used',
      '/daemon.json: daemon.json: the link leads nowhere; it is not used',
    ])
  })

  it.each(['utf8', 'utf16le', 'utf16be'] as const)('are read as their byte order mark says: %s', async (encoding) => {
    const folder = await folderOf({})
    const bytes = Buffer.from(
      '\uFEFF{"registry-mirrors":["https://mirror.example"]}',
      encoding.replace('be', 'le') as 'utf8',
    )
    await writeFile(join(folder, 'daemon.json'), encoding === 'utf16be' ? bytes.swap16() : bytes)
    const { endpoints } = createRegistryClient({
      hosts: await readHosts({ daemonJson: [join(folder, 'daemon.json')] }),
    })
    expect(endpoints(parseReference('alpine'))[0]?.host).toBe('mirror.example')
  })

  it.each<[string, (pem: string) => string]>([
    ['a byte order mark', (pem) => `\uFEFF${pem}`],
    ['line ends of Windows', (pem) => pem.replaceAll('\n', '\r\n')],
    ['words around it', (pem) => `# of the company\nBag Attributes\n  friendlyName: ca\n${pem}the end`],
    ['no end of its last line', (pem) => pem.trimEnd()],
  ])('that are certificates are trusted with %s', async (_how, written) => {
    const authority = makeCertificate({ authority: true })
    await using registry = await startTestRegistry({
      tls: makeCertificate({ issuer: authority, hosts: ['127.0.0.1'] }),
    })
    const folder = await folderOf({ [`${registry.host}/ca.crt`]: written(authority.cert) })
    const client = createRegistryClient({ hosts: await readHosts({ certsDirs: [folder] }) })
    expect(await client.signIn(registry.host)).toMatchObject({ outcome: 'not-asked' })
    await client.close()
  })

  it('that are certificates in DER are told apart', async () => {
    const folder = await folderOf({ 'registry.example/hosts.toml': '' })
    await writeFile(join(folder, 'registry.example', 'ca.crt'), Buffer.from([0x30, 0x82, 0x01, 0xff]))
    const client = createRegistryClient({ hosts: await readHosts({ certsDirs: [folder] }) })
    expect(() => client.endpoints(parseReference('registry.example/a'))).toThrow('is DER, not PEM')
    await client.close()
  })

  it('that are huge, or no files, are refused before they are read', async () => {
    const folder = await folderOf({ 'huge.json': '' })
    // A file full of holes: it takes no room, and reading it would take the memory.
    await truncate(join(folder, 'huge.json'), 5 * 2 ** 30)
    await mkdir(join(folder, 'directory.json'))
    await expect(readHosts({ daemonJson: [join(folder, 'huge.json')] })).rejects.toMatchObject({
      code: 'HOSTS_FILE_TOO_LARGE',
    })
    await expect(readHosts({ daemonJson: [join(folder, 'directory.json')] })).rejects.toMatchObject({
      code: 'HOSTS_FILE_UNREADABLE',
    })
  })

  it('are not read after an abort', async () => {
    const reason = new Error('enough')
    await expect(readHosts({ daemonJson: ['/nowhere'] }, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })
})

describe('certs.d', () => {
  const authority = makeCertificate({ authority: true })
  const client = makeCertificate({ issuer: authority })

  it('gives a host its authorities and client certificate, the first directory that has the host', async () => {
    const folder = await folderOf({
      'one/a.example:5000/ca.crt': authority.cert,
      'one/a.example:5000/client.cert': client.cert,
      'one/a.example:5000/client.key': client.key,
      'two/a.example:5000/ca.crt': client.cert,
      'two/b.example/ca.crt': client.cert,
    })
    const hosts = await readHosts({ certsDirs: [join(folder, 'one'), join(folder, 'two')] })
    const registry = createRegistryClient({ hosts })
    expect(registry.endpoints('a.example:5000')).toMatchObject([
      {
        tls: { ca: [authority.cert], cert: client.cert, key: client.key },
        tlsRule: { file: join(folder, 'one', 'a.example:5000') },
      },
    ])
    expect(registry.endpoints('a.example')[0]?.tls).toBeUndefined()
    expect(registry.endpoints('b.example')[0]?.tls).toEqual({ ca: [client.cert] })
  })

  it('gives every pair of the client, of certs.d by name and of a hosts.toml in its order', async () => {
    const [one, two] = [client, makeCertificate({ issuer: authority, keyType: 'ed25519' })]
    const folder = await folderOf({
      'certs/a.example/b.cert': two.cert,
      'certs/a.example/b.key': two.key,
      'certs/a.example/a.cert': one.cert,
      'certs/a.example/a.key': one.key,
      'hosts/a.example/hosts.toml': '[host."https://m.example"]\nclient = ["two.pem", ["a.pem", "a.key"]]\n',
      'hosts/a.example/two.pem': two.cert + two.key,
      'hosts/a.example/a.pem': one.cert,
      'hosts/a.example/a.key': one.key,
    })
    const hosts = await readHosts({ certsDirs: [join(folder, 'certs')], hostsDirs: [join(folder, 'hosts')] })
    expect(createRegistryClient({ hosts }).endpoints('a.example')).toMatchObject([
      { host: 'm.example', tls: { cert: [two.cert + two.key, one.cert], key: [two.cert + two.key, one.key] } },
      { host: 'a.example', tls: { cert: [one.cert, two.cert], key: [one.key, two.key] } },
    ])
  })

  it.each<[string, Readonly<Record<string, string>>, RegExp]>([
    [
      'a second pair that is none',
      { 'a.cert': client.cert, 'a.key': client.key, 'c.cert': client.cert, 'c.key': authority.key },
      /cannot be used/,
    ],
    ['a key alone', { 'c.key': client.key }, /key c\.key has no certificate c\.cert/],
    ['a certificate alone', { 'c.cert': client.cert }, /client certificate c\.cert has no key c\.key/],
    ['no PEM', { 'ca.crt': 'hello' }, /not in PEM/],
    ['another key', { 'c.cert': client.cert, 'c.key': authority.key }, /cannot be used/],
  ])('with %s is refused for that host and no other', async (_what, files, words) => {
    const folder = await folderOf(
      Object.fromEntries(Object.entries(files).map(([name, text]) => [`a.example/${name}`, text])),
    )
    const registry = createRegistryClient({ hosts: await readHosts({ certsDirs: [folder] }) })
    expect(registry.endpoints('b.example')).toHaveLength(1)
    expect(() => registry.endpoints('a.example')).toThrow(words)
  })

  /** `a.example` with these files and links, and what was warned of when the host was needed. */
  async function linked(
    links: Readonly<Record<string, string>>,
    files: Readonly<Record<string, string>> = {},
    kind: 'certsDirs' | 'hostsDirs' = 'certsDirs',
  ): Promise<{ readonly tls: () => unknown; readonly warned: () => readonly string[]; readonly at: string }> {
    const folder = await folderOf({
      'secret.crt': authority.cert,
      'd/b.example/ca.crt': authority.cert,
      ...Object.fromEntries(Object.entries(files).map(([name, text]) => [`d/a.example/${name}`, text])),
    })
    const at = join(folder, 'd', 'a.example')
    await mkdir(at, { recursive: true })
    await chmod(folder, 0o755)
    await chmod(join(folder, 'secret.crt'), 0)
    for (const [name, target] of Object.entries(links)) await symlink(target, join(at, name))
    const warnings: string[] = []
    const onWarning = ({ message }: HostsWarning): void => void warnings.push(message)
    const hosts = await withoutRoot(() => readHosts({ [kind]: [join(folder, 'd')] }, { onWarning }))
    const registry = createRegistryClient({ hosts })
    expect(registry.endpoints('b.example')).toMatchObject([{ tls: { ca: [authority.cert] } }])
    expect(warnings).toEqual([])
    return {
      at,
      tls: () => (registry.endpoints('a.example'), registry.endpoints('a.example')[0]?.tls),
      warned: () => warnings.map((message) => message.replace(at, '<at>')),
    }
  }

  const nowhere = '/nowhere/at/all.pem'
  const pair = { 'c.cert': client.cert, 'c.key': client.key }
  it.each<[string, Record<string, string>, Record<string, string>, unknown, readonly string[]]>([
    [
      'leads nowhere',
      { 'old.crt': nowhere },
      { 'ca.crt': authority.cert },
      { ca: [authority.cert] },
      ['<at>: certificates: the link old.crt leads nowhere; it is not used'],
    ],
    [
      'leads through a file',
      { 'old.crt': 'ca.crt/x' },
      { 'ca.crt': authority.cert, ...pair },
      { ca: [authority.cert], cert: client.cert, key: client.key },
      ['<at>: certificates: the link old.crt leads nowhere; it is not used'],
    ],
    [
      'points to itself',
      { 'old.crt': 'old.crt' },
      { 'ca.crt': authority.cert },
      { ca: [authority.cert] },
      ['<at>: certificates: the link old.crt points to itself; it is not used'],
    ],
    [
      'points to something that this user cannot read',
      { 'old.crt': '../../secret.crt' },
      { 'ca.crt': authority.cert },
      { ca: [authority.cert] },
      ['<at>: certificates: the link old.crt points to something that this user cannot read; it is not used'],
    ],
    [
      'is all there is',
      { 'old.crt': nowhere },
      {},
      undefined,
      ['<at>: certificates: the link old.crt leads nowhere; it is not used'],
    ],
    [
      'is each half of another pair',
      { 'old.cert': nowhere, 'old.key': nowhere },
      pair,
      { cert: client.cert, key: client.key },
      [
        '<at>: certificates: the link old.cert leads nowhere; it is not used',
        '<at>: certificates: the link old.key leads nowhere; it is not used',
      ],
    ],
    ['is of no certificate', { README: nowhere }, { 'ca.crt': authority.cert }, { ca: [authority.cert] }, []],
    ['leads to a good file', { 'ca.crt': '../b.example/ca.crt' }, {}, { ca: [authority.cert] }, []],
  ])('in which a link %s is told of it, and the rest is used', async (_what, links, files, tls, warnings) => {
    const host = await linked(links, files)
    expect(host.tls()).toEqual(tls)
    expect(host.warned()).toEqual(warnings)
  })

  it.each<[string, Record<string, string>, Record<string, string>, RegExp]>([
    ['a key', { 'c.key': nowhere }, { 'c.cert': client.cert }, /of the pair c\.cert and c\.key, c\.key leads nowhere/],
    ['a client certificate', { 'c.cert': nowhere }, { 'c.key': client.key }, /c\.cert leads nowhere/],
    ['a key without a certificate', { 'c.key': nowhere }, {}, /the key c\.key has no certificate c\.cert/],
    ['a directory', { 'ca.crt': '.' }, {}, /is not a file/],
  ])('in which a link is half of a pair or no file (%s) is refused', async (_what, links, files, words) => {
    const { tls } = await linked(links, files)
    expect(tls).toThrow(words)
  })

  it('with a file that may not be read, and is no link, is refused', async () => {
    const folder = await folderOf({ 'a.example/ca.crt': authority.cert })
    await chmod(folder, 0o755)
    await chmod(join(folder, 'a.example/ca.crt'), 0)
    const registry = createRegistryClient({ hosts: await withoutRoot(() => readHosts({ certsDirs: [folder] })) })
    expect(() => registry.endpoints('a.example')).toThrow(/cannot be read by this user/)
  })

  it('whose host is itself a link to nowhere is told of it', async () => {
    const folder = await folderOf({ 'b.example/ca.crt': authority.cert })
    await symlink('/nowhere', join(folder, 'a.example'))
    for (const kind of ['certsDirs', 'hostsDirs']) {
      const warnings: string[] = []
      const hosts = await readHosts({ [kind]: [folder] }, { onWarning: ({ message }) => warnings.push(message) })
      const registry = createRegistryClient({ hosts })
      expect(registry.endpoints('a.example')[0]?.tls).toBeUndefined()
      expect(registry.endpoints('b.example')[0]?.tls).toEqual({ ca: [authority.cert] })
      expect(warnings).toEqual([`${join(folder, 'a.example')}: certificates: the link leads nowhere; it is not used`])
    }
  })

  it('with a hosts.toml that is a link: to nowhere it is told of, to what may not be read it is an error', async () => {
    const dangling = await linked({ 'hosts.toml': nowhere }, { 'ca.crt': authority.cert }, 'hostsDirs')
    expect(dangling.tls()).toEqual({ ca: [authority.cert] })
    expect(dangling.warned()).toEqual(['<at>: certificates: the link hosts.toml leads nowhere; it is not used'])
    const { tls } = await linked({ 'hosts.toml': '../../secret.crt' }, {}, 'hostsDirs')
    expect(tls).toThrow(/cannot be read by this user/)
  })

  it("beside a hosts.toml is containerd's: what the file names, relative to it", async () => {
    const folder = await folderOf({
      'a.example/hosts.toml': '[host."https://m.example"]\nca = "mine.pem"\nclient = [["c.pem", "k.pem"]]\n',
      'a.example/mine.pem': authority.cert,
      'a.example/c.pem': client.cert,
      'a.example/k.pem': client.key,
      'b.example/ca.crt': authority.cert,
    })
    const registry = createRegistryClient({ hosts: await readHosts({ hostsDirs: [folder] }) })
    expect(registry.endpoints('a.example')).toMatchObject([
      { host: 'm.example', tls: { ca: [authority.cert], cert: client.cert, key: client.key } },
      { host: 'a.example' },
    ])
    expect(registry.endpoints('a.example')[1]?.tls).toBeUndefined()
    expect(registry.endpoints('b.example')[0]?.tls).toEqual({ ca: [authority.cert] })
  })
})

describe('the environment', () => {
  it('says where the files are', () => {
    expect(hostsPlacesFromEnv({ platform: 'linux', env: { HOME: '/home/me', XDG_CONFIG_HOME: '/conf' } })).toEqual({
      hostsDirs: ['/conf/lading/certs.d', '/home/me/.config/containerd/certs.d', '/etc/containerd/certs.d'],
      registriesConf: ['/home/me/.config/containers/registries.conf', '/etc/containers/registries.conf'],
      registriesConfDirs: ['/etc/containers/registries.conf.d', '/home/me/.config/containers/registries.conf.d'],
      daemonJson: ['/home/me/.config/docker/daemon.json', '/home/me/.docker/daemon.json', '/etc/docker/daemon.json'],
      certsDirs: [
        '/home/me/.config/containers/certs.d',
        '/home/me/.config/docker/certs.d',
        '/home/me/.docker/certs.d',
        '/etc/containers/certs.d',
        '/etc/docker/certs.d',
      ],
    })
    expect(
      hostsPlacesFromEnv({
        platform: 'linux',
        env: { HOME: '/h', XDG_CONFIG_HOME: 'relative', CONTAINERS_REGISTRIES_CONF: '/x.conf' },
      }),
    ).toMatchObject({
      hostsDirs: ['/h/.config/lading/certs.d', expect.anything(), expect.anything()],
      registriesConf: ['/x.conf'],
    })
  })

  it('turns them off, but not what was named', async () => {
    expect(await systemHosts({ env: { LADING_HOSTS: 'off' } })).toBeUndefined()
    const folder = await folderOf({
      'named/docker.io/hosts.toml': 'server = "https://m.example"',
      'home/.config/docker/daemon.json': mirrorOf('https://other.example'),
    })
    const env = { HOME: join(folder, 'home'), LADING_HOSTS: 'off' }
    const hosts = await systemHosts({ env, hostsDirs: [join(folder, 'named')] })
    await expect(systemHosts({ env, hostsDirs: [join(folder, 'absent')] })).rejects.toMatchObject({
      code: 'HOSTS_FILE_UNREADABLE',
    })
    expect(createRegistryClient({ hosts }).endpoints('docker.io')).toMatchObject([{ host: 'm.example' }])
  })

  it('says where Docker Desktop keeps its own, on Windows too', () => {
    const windows = (LADING_HOSTS: string): unknown =>
      hostsPlacesFromEnv({
        platform: 'win32',
        env: { USERPROFILE: String.raw`C:\Users\ann`, HOME: 'Z:/', ProgramData: String.raw`D:\Data`, LADING_HOSTS },
      })
    const users = {
      hostsDirs: [String.raw`C:\Users\ann\.config\lading\certs.d`],
      registriesConf: [String.raw`C:\Users\ann\.config\containers\registries.conf`],
      registriesConfDirs: [String.raw`C:\Users\ann\.config\containers\registries.conf.d`],
      daemonJson: [String.raw`C:\Users\ann\.docker\daemon.json`],
      certsDirs: [String.raw`C:\Users\ann\.config\containers\certs.d`, String.raw`C:\Users\ann\.docker\certs.d`],
    }
    expect(windows('user')).toEqual(users)
    expect(windows('system')).toEqual({
      ...users,
      hostsDirs: [...users.hostsDirs, String.raw`D:\Data\containerd\certs.d`],
      daemonJson: [...users.daemonJson, String.raw`D:\Data\docker\config\daemon.json`],
      certsDirs: [...users.certsDirs, String.raw`D:\Data\docker\certs.d`],
    })
  })

  it('says whose files are read, and nothing else', () => {
    expect(
      JSON.stringify(hostsPlacesFromEnv({ platform: 'linux', env: { HOME: '/h', LADING_HOSTS: 'user' } })),
    ).not.toContain('/etc/')
    expect(() => hostsPlacesFromEnv({ env: { LADING_HOSTS: 'none' } })).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', message: 'LADING_HOSTS is "none"' }),
    )
  })

  it("is read for the user's own files", async () => {
    const folder = await folderOf({})
    await mkdir(join(folder, 'lading', 'certs.d', 'docker.io'), { recursive: true })
    await writeFile(join(folder, 'lading', 'certs.d', 'docker.io', 'hosts.toml'), 'server = "https://mine.example"')
    const hosts = await systemHosts({ env: { HOME: folder, XDG_CONFIG_HOME: folder, LADING_HOSTS: 'user' } })
    expect(createRegistryClient({ hosts }).endpoints(parseReference('alpine'))[0]?.host).toBe('mine.example')
  })
})
