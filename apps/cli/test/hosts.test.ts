import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { image, makeCertificate, startTestRegistry } from '@lading/test-registry'
import { describe, expect, it } from 'vitest'
import type { Ended } from './support/lading.ts'
import { runHere } from './support/run-here.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

/** A home with these files below `.config`, and nothing else that could be read. */
async function homeWith(
  files: Readonly<Record<string, string>>,
): Promise<{ readonly home: string; run(...args: readonly string[]): Promise<Ended> }> {
  const home = await temporaryDirectory()
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(home, '.config', name)), { recursive: true })
    await writeFile(join(home, '.config', name), text)
  }
  return { home, run: (...args) => runHere(args, { variables: { HOME: home, LADING_HOSTS: 'user' } }) }
}

const columns = (line: string): readonly string[] => line.split(/ {3,}/)

describe('lading hosts', () => {
  it('shows the built-in rule where no file says more', async () => {
    const { run } = await homeWith({})
    const { code, stdout, stderr } = await run('hosts', 'alpine')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout.trimEnd().split('\n').map(columns)).toEqual([
      ['ENDPOINT', 'KIND', 'ASKED FOR', 'CONNECTION', 'SAID BY'],
      ['https://registry-1.docker.io/v2/library/alpine', 'registry', 'all', 'https', 'built in'],
    ])
  })

  it('shows order, rewriting, capabilities, connection and who says so', async () => {
    const { run, home } = await homeWith({
      'lading/certs.d/docker.io/hosts.toml':
        '[host."https://m.example/hub"]\ncapabilities = ["pull"]\n[host."https://m.example/hub".header]\nx-token = "canary"\n[host."http://10.0.0.1"]\n',
      'containers/registries.conf':
        'unqualified-search-registries = ["a.example"]\n[[registry]]\nlocation = "docker.io"\n',
    })
    const file = join(home, '.config/lading/certs.d/docker.io/hosts.toml')
    const { stdout, stderr } = await run('hosts', '--mirror', 'https://first.example', 'alpine')
    expect(stdout.trimEnd().split('\n').slice(1).map(columns)).toEqual([
      ['https://first.example/v2/library/alpine', 'mirror', 'resolve, pull, referrers', 'https', '--mirror'],
      [
        'https://m.example/hub/v2/library/alpine?ns=docker.io',
        'mirror',
        'pull',
        'https, headers x-token',
        `${file}: [host."https://m.example/hub"]`,
      ],
      [
        'http://10.0.0.1/v2/library/alpine?ns=docker.io',
        'mirror',
        'resolve, pull, referrers',
        'http, not encrypted',
        `${file}: [host."http://10.0.0.1"]`,
      ],
      ['https://registry-1.docker.io/v2/library/alpine', 'registry', 'all', 'https', `${file}: no server`],
    ])
    expect(stderr).toContain('note: docker.io is not used: a hosts.toml decides')
    expect(stderr).toContain('note: not followed: ')
    expect(stderr).toContain(
      'note: https://m.example/hub is not asked what a tag points to: its capabilities are pull\n',
    )
    expect(stderr).not.toContain('first.example')
    const json = await run('hosts', '--json', 'alpine')
    expect(JSON.parse(json.stdout)).toMatchObject({
      v: 1,
      reference: 'docker.io/library/alpine:latest',
      blocked: null,
      endpoints: [
        {
          host: 'm.example',
          capabilities: ['pull'],
          asked: ['pull'],
          passedOver: [
            { need: 'resolve', why: 'its capabilities are pull' },
            { need: 'push', why: 'nothing is changed at a mirror' },
            { need: 'referrers', why: 'its capabilities are pull' },
          ],
          headers: ['x-token'],
          credentialHost: 'm.example',
          rule: { file },
        },
        {},
        { credentialHost: 'docker.io', asked: ['resolve', 'pull', 'push', 'referrers'], passedOver: [] },
      ],
    })
    expect(stdout + json.stdout).not.toContain('canary')
  })

  it('says what a pull then does', async () => {
    await using content = await startTestRegistry()
    await using tags = await startTestRegistry()
    await using idle = await startTestRegistry()
    await using upstream = await startTestRegistry()
    const app = image('t/app:1').layer({ a: 'a' })
    for (const registry of [content, tags, idle, upstream]) await registry.seed(app)
    const folder = await temporaryDirectory()
    await mkdir(join(folder, upstream.host))
    const host = (url: string, capability: string): string => `[host."${url}"]\ncapabilities = ["${capability}"]\n`
    await writeFile(
      join(folder, upstream.host, 'hosts.toml'),
      `server = "${upstream.url}"\n${host(idle.url, 'push')}${host(content.url, 'pull')}${host(tags.url, 'resolve')}`,
    )
    const { stdout, stderr } = await runHere(['hosts', '--hosts-dir', folder, `${upstream.host}/t/app:1`])
    const asked = new Map(
      stdout
        .trimEnd()
        .split('\n')
        .slice(1)
        .map((line) => [columns(line)[0], columns(line)[2]]),
    )
    const kinds = (registry: typeof content): readonly string[] => [
      ...new Set(registry.journal.entries.map(({ kind, target }) => (target === '1' ? 'tag' : kind))),
    ]
    await runHere(['pull', '-q', '--hosts-dir', folder, `${upstream.host}/t/app:1`])
    expect(
      [idle, content, tags, upstream].map((each) => [
        each.url,
        asked.get(`${each.url}/v2/t/app?ns=${upstream.host}`) ?? asked.get(`${each.url}/v2/t/app`),
        kinds(each),
      ]),
    ).toEqual([
      [idle.url, 'nothing', []],
      [content.url, 'pull', ['blob']],
      [tags.url, 'resolve', ['tag']],
      [upstream.url, 'all', []],
    ])
    expect(stderr).toContain(`note: ${idle.url} is not asked: its capabilities are push\n`)
    expect(stderr).toContain(`note: ${tags.url} is not asked for content: its capabilities are resolve\n`)
  })

  it('says who blocks, and pull says the same', async () => {
    const { run, home } = await homeWith({
      'containers/registries.conf': '[[registry]]\nlocation = "docker.io/acme"\nblocked = true\n',
    })
    const rule = `[[registry]] prefix = "docker.io/acme"`
    const file = join(home, '.config/containers/registries.conf')
    expect(await run('hosts', 'acme/app')).toEqual({
      code: 4,
      stdout: `acme/app:latest is blocked: ${file}: ${rule}\n`,
      stderr: '',
    })
    expect(JSON.parse((await run('hosts', '--json', 'acme/app')).stdout)).toMatchObject({
      blocked: { file, rule },
      endpoints: [],
    })
    const pull = await run('pull', 'acme/app')
    expect(pull.code).toBe(4)
    expect(pull.stderr).toContain(`docker.io/acme/app is blocked by ${rule} in ${file}`)
  })

  it('shows what Docker Desktop keeps below the home directory', async () => {
    const home = await temporaryDirectory()
    await mkdir(join(home, '.docker/certs.d/10.9.8.7:5000'), { recursive: true })
    await writeFile(join(home, '.docker/certs.d/10.9.8.7:5000/ca.crt'), makeCertificate({ authority: true }).cert)
    await writeFile(
      join(home, '.docker/daemon.json'),
      '{"builder": {}, "registry-mirrors": ["https://m.example"], "insecure-registries": ["10.9.8.7:5000"]}',
    )
    const run = async (reference: string): Promise<string> =>
      (await runHere(['hosts', reference], { variables: { HOME: home, LADING_HOSTS: 'user' } })).stdout
    expect(await run('alpine')).toContain(`${join(home, '.docker/daemon.json')}: registry-mirrors`)
    const insecure = await run('10.9.8.7:5000/app')
    expect(insecure).toContain(`insecure by ${join(home, '.docker/daemon.json')}: insecure-registries`)
    expect(insecure).toContain(`certificates from ${join(home, '.docker/certs.d/10.9.8.7:5000')}`)
  })

  it('refuses a file that makes no sense, and a directory that is not there', async () => {
    const { run } = await homeWith({ 'docker/daemon.json': '{"registry-mirrors": [5]}' })
    expect(await run('hosts', 'alpine')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/daemon\.json: registry-mirrors: it must be a list of texts.*\nhint: /) as string,
    })
    expect(await runHere(['hosts', '--hosts-dir', '/nowhere/at/all', 'alpine'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('/nowhere/at/all is not a directory') as string,
    })
  })
})

describe('lading pull', () => {
  it('goes on past what a file has that is not used, and tells of it once', async () => {
    await using registry = await startTestRegistry()
    await registry.seed(image('t/app:1').layer({ a: 'a' }))
    const { home, run } = await homeWith({
      'docker/daemon.json': '{"insecure-registries": ["http://10.9.8.7:5000"]}',
      [`containerd/certs.d/${registry.host}/hosts.toml`]: `server = "${registry.url}"\ncapabilities = ["pull", "resolve", "teleport"]\n`,
      'containers/certs.d/10.9.8.7:5000/README': '',
    })
    await symlink('/nowhere/at/all', join(home, '.config/containers/certs.d/10.9.8.7:5000/redhat-ca.crt'))
    const daemon = `${join(home, '.config/docker/daemon.json')}: insecure-registries: "http://10.9.8.7:5000" is taken for 10.9.8.7:5000`
    const toml = `${join(home, `.config/containerd/certs.d/${registry.host}/hosts.toml`)}: server: the capability "teleport" is not known here, and not used`
    const link = `${join(home, '.config/containers/certs.d/10.9.8.7:5000')}: certificates: the link redhat-ca.crt leads nowhere; it is not used`
    const reference = `${registry.host}/t/app:1`
    const toldBy = async (...args: readonly string[]): Promise<readonly string[]> => {
      const { code, stderr } = await run(...args)
      expect(code, stderr).toBe(0)
      return stderr.split('\n').filter((line) => line.includes(home))
    }
    const all = [daemon, toml]
    expect(await toldBy('pull', '-q', reference)).toEqual(all.map((message) => `WARNING: ${message}`))
    expect(await toldBy('digest', reference)).toEqual(all.map((message) => `WARNING: ${message}`))
    expect(await toldBy('hosts', reference)).toEqual(all.map((message) => `WARNING: ${message}`))
    expect((await toldBy('pull', '--progress', 'json', reference)).map((line) => JSON.parse(line) as unknown)).toEqual(
      all.map((message) => ({ v: 1, type: 'warning', code: 'HOSTS_WARNING', message })),
    )
    expect((await toldBy('hosts', '10.9.8.7:5000/app')).filter((line) => line.startsWith('W'))).toEqual([
      `WARNING: ${daemon}`,
      `WARNING: ${link}`,
    ])
  })

  it('asks the mirrors of --hosts-dir first, then the registry', async () => {
    await using mirror = await startTestRegistry()
    await using upstream = await startTestRegistry()
    await mirror.seed(image('t/app:1').layer({ a: 'mirror' }))
    await upstream.seed(image('t/other:1').layer({ a: 'upstream' }))
    const folder = await temporaryDirectory()
    const own = join(folder, upstream.host.replace(':', '_') + '_')
    await mkdir(own)
    await writeFile(join(own, 'hosts.toml'), `server = "${upstream.url}"\n[host."${mirror.url}"]\n`)
    const pull = (name: string): Promise<Ended> =>
      runHere(['pull', '-q', '--hosts-dir', folder, `${upstream.host}/${name}`])
    expect(await pull('t/app:1')).toMatchObject({ code: 0 })
    expect(upstream.journal.entries).toEqual([])
    expect(await pull('t/other:1')).toMatchObject({ code: 0 })
    expect(mirror.journal.requests({ repository: 't/other', status: 404 })).not.toEqual([])
  })
})
