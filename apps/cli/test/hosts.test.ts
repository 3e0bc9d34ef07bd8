import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { image, startTestRegistry } from '@lading/test-registry'
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
      ['https://first.example/v2/library/alpine', 'mirror', 'resolve, pull', 'https', '--mirror'],
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
        'resolve, pull',
        'http, not encrypted',
        `${file}: [host."http://10.0.0.1"]`,
      ],
      ['https://registry-1.docker.io/v2/library/alpine', 'registry', 'all', 'https', `${file}: no server`],
    ])
    expect(stderr).toContain('note: docker.io is not asked: a hosts.toml decides')
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
          ],
          headers: ['x-token'],
          credentialHost: 'm.example',
          rule: { file },
        },
        {},
        { credentialHost: 'docker.io', asked: ['resolve', 'pull', 'push'], passedOver: [] },
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

  it('refuses a file that makes no sense, and a directory that is not there', async () => {
    const { run } = await homeWith({ 'docker/daemon.json': '{"registry-mirrors": [5]}' })
    expect(await run('hosts', 'alpine')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/daemon\.json: registry-mirrors: it must be a list of texts.*\nhint: /) as string,
    })
    expect(await runHere(['hosts', '--hosts-dir', '/nowhere/at/all', 'alpine'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('/nowhere/at/all is no directory') as string,
    })
  })
})

describe('lading pull', () => {
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
