import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { image, index, startTestRegistry, type BuiltImage } from '@lading/test-registry'
import { beforeAll, describe, expect, it } from 'vitest'
import { runHere } from './support/run-here.ts'

// What docker prints of the same images, which docker-format.test.ts asks a docker for, is written down here.
describe('docker’s habits', () => {
  const run = { Env: ['A=b', 'PATH=/bin'], Cmd: ['/app', '-x'], Labels: { who: 'app', empty: '' } }
  const app = (): ReturnType<typeof image> => image('t/app:1').platform('linux/amd64').layer({ a: 'a' }).config(run)
  const arm = (): ReturnType<typeof image> => image('t/arm:1').platform('linux/arm64').layer({ b: 'b' })
  let host: string
  let root: string
  let built: BuiltImage
  const here = (...args: string[]): ReturnType<typeof runHere> => runHere(args, { root })
  const printed = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await here(...args)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    return stdout
  }

  beforeAll(async () => {
    const registry = await startTestRegistry()
    host = registry.host
    const folder = await mkdtemp(join(tmpdir(), 'lading-habits-'))
    root = join(folder, 'store')
    built = await registry.seed(app())
    await registry.seed(
      index('t/multi:1')
        .add(app())
        .add(arm())
        .add(image().platform('linux/s390x').layer({ c: 'c' })),
    )
    return async () => {
      await registry.close()
      await rm(folder, { recursive: true, force: true })
    }
  })
  const id = (): string => built.config.digest

  it('begin with a pull for another platform, and one of an image that is part of the same index', async () => {
    for (const [platform, name] of [
      ['linux/arm64', 't/multi:1'],
      ['linux/amd64', 't/app:1'],
    ] as const)
      expect(await here('pull', '-q', '--platform', platform, `${host}/${name}`)).toMatchObject({ code: 0 })
  })

  it('a name shows the platform that it was pulled for, though another repository brought this machine’s', async () => {
    const lines = (await printed('images')).split('\n')
    expect(lines[0]).toMatch(/^REPOSITORY +TAG +IMAGE ID +PLATFORM +CREATED +SIZE$/)
    expect(lines.find((line) => line.includes('/t/multi '))).toMatch(/ linux\/arm64 /)
    expect(await printed('inspect', '-f', '{{.Architecture}} {{.platform.architecture}}', `${host}/t/multi:1`)).toBe(
      'arm64 arm64\n',
    )
  })

  it.each([
    ['{{.Repository}}:{{.Tag}}', () => `${host}/t/app:1`],
    ['{{.ID}}\\t{{.Platform}}', () => `${id().slice(7, 19)}\tlinux/amd64`],
    ['{{.name}} {{.target.digest}} {{.Digest}}', () => `${host}/t/app ${built.digest} ${built.digest}`],
    ['{{json .Tag}} {{.Size | len}} {{upper .Tag}}', () => '"1" 4 1'],
    ['table {{.Tag}}\\t{{.Platform}}', () => 'TAG       PLATFORM\n1         linux/amd64'],
    ['{{if eq .Tag "1"}}one{{else}}other{{end}}', () => 'one'],
  ])('images --format %j', async (format, expected) => {
    expect(await printed('images', '--format', format, `${host}/t/app`)).toBe(`${expected()}\n`)
  })

  it('images --format json has docker’s members, one image a line', async () => {
    const [line = ''] = (await printed('images', '--format', 'json', '--no-trunc', `${host}/t/app`)).split('\n')
    expect(JSON.parse(line)).toEqual({
      Containers: 'N/A',
      CreatedAt: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [-+]\d{4} \S+$/) as string,
      CreatedSince: expect.stringMatching(/ ago$/) as string,
      Digest: built.digest,
      ID: id(),
      Repository: `${host}/t/app`,
      SharedSize: 'N/A',
      Size: expect.stringMatching(/B$/) as string,
      Tag: '1',
      UniqueSize: 'N/A',
      VirtualSize: expect.stringMatching(/B$/) as string,
    })
  })

  it.each([
    [['label=who'], ['app']],
    [['label=who=app', 'label=empty='], ['app']],
    [['label=who=else'], []],
    [['dangling=true'], []],
    [['dangling=false'], ['app', 'multi']],
    [
      ['reference=*/t/a*', 'reference=*/t/m*:1'],
      ['app', 'multi'],
    ],
    [['until=1h'], ['app', 'multi']],
    [['until=1960-01-01'], []],
    [['before=APP'], []],
    [['since=APP'], []],
  ])('images --filter %j', async (filters, names) => {
    const args = filters.flatMap((filter) => ['-f', filter.replace('APP', `${host}/t/app:1`)])
    const lines = (await printed('images', ...args, '--format', '{{.Repository}}')).split('\n').filter((line) => line)
    expect(lines.toSorted()).toEqual(names.map((name) => `${host}/t/${name}`))
  })

  it('images --filter with an image that is not here: 3', async () => {
    expect(await here('images', '--filter', 'since=none')).toMatchObject({ code: 3, stdout: '' })
  })

  it('images -a has a row for each platform that is here, --tree also those that are not', async () => {
    expect(
      (await printed('images', '-a', '--format', '{{.Platform}}', `${host}/t/multi`)).split('\n').toSorted(),
    ).toEqual(['', 'linux/amd64', 'linux/arm64'])
    const bytes = Buffer.from(await printed('images', '--tree', `${host}/t/multi`), 'latin1')
    const tree = bytes.toString().trimEnd().split('\n')
    expect(tree).toEqual([
      expect.stringMatching(/^IMAGE +ID +SIZE +HERE$/),
      expect.stringMatching(`^${host}/t/multi:1 +[0-9a-f]{12} +\\d+B +2 of 3$`),
      expect.stringMatching(`^├─ linux/amd64 +${id().slice(7, 19)} +\\d+B +yes$`),
      expect.stringMatching(/^├─ linux\/arm64 +[0-9a-f]{12} +\d+B +yes$/),
      expect.stringMatching(/^└─ linux\/s390x +- +- +no$/),
    ])
    const json = JSON.parse(await printed('images', '--tree', '--json', `${host}/t/multi`)) as unknown
    expect(json).toMatchObject([
      { platforms: [{ platform: 'linux/amd64', here: true, id: id() }, {}, { here: false }] },
    ])
  })

  it.each([
    ['{{.Id}}', () => id()],
    ['{{json .Config}}', () => '{"Env":["A=b","PATH=/bin"],"Cmd":["/app","-x"],"Labels":{"empty":"","who":"app"}}'],
    ['{{.Config.Entrypoint}} {{.Config.Cmd}} {{json .Config.Volumes}}', () => '[] [/app -x] null'],
    [
      '{{index .Config.Labels "who"}} {{.Config.Labels.none}}|{{index .Config.Labels "none"}}|',
      () => 'app <no value>||',
    ],
    ['{{range .RepoTags}}{{println .}}{{end}}', () => `${host}/t/app:1\n${host}/t/multi:1\n`],
    ['{{.Config.Hostname}}{{.Config.User}}{{.Os}}/{{.Architecture}}', () => 'linux/amd64'],
    ['{{len .RootFS.Layers}} {{.RootFS.Type}} {{index .RootFS.Layers 0}}', () => `1 layers ${built.layers[0]?.diffId}`],
    ['{{(index .layers 0).digest}}', () => String(built.layers[0]?.digest)],
    ['{{slice .Id 7 19}}', () => id().slice(7, 19)],
  ])('inspect -f %j', async (format, expected) => {
    expect(await printed('inspect', '--type', 'image', '-f', format, `${host}/t/app:1`)).toBe(`${expected()}\n`)
  })

  it('inspect --format json is docker’s list on one line, empty where nothing is', async () => {
    const [found] = JSON.parse(await printed('image', 'inspect', '--format', 'json', `${host}/t/app:1`)) as object[]
    expect(found).toMatchObject({ Id: id(), Os: 'linux', RootFS: { Type: 'layers' }, Config: { Cmd: ['/app', '-x'] } })
    expect(await here('inspect', '--format', 'json', 'none')).toMatchObject({ code: 3, stdout: '[]\n' })
    expect(await here('inspect', '-f', '{{.Nope}}', `${host}/t/app:1`)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('there is no .Nope (at offset 2)') as string,
    })
  })

  it('history has docker’s members, IDs alone, and sizes in bytes', async () => {
    const history = (...args: string[]): Promise<string> => printed('history', ...args, `${host}/t/app:1`)
    expect((await history('-q')).split('\n')[0]).toBe(id().slice(7, 19))
    expect((await history('--format', '{{.ID}} {{len .CreatedBy}}', '--no-trunc')).split(' ')[0]).toBe(id())
    expect(await history('-H=false', '--format', '{{.Size}} {{eq .CreatedAt .CreatedSince}}')).toMatch(/^\d+ true\n/)
    expect(await history('--human=false')).toMatch(/^IMAGE +CREATED AT +CREATED BY +SIZE +COMMENT\n/)
    expect(JSON.parse((await history('--format', 'json')).split('\n')[0] ?? '')).toMatchObject({
      ID: id().slice(7, 19),
    })
  })

  it('docker’s groups lead to the same, and df has docker’s members', async () => {
    expect(await printed('system', 'df')).toBe(await printed('df'))
    expect(await printed('image', 'history', '-q', `${host}/t/app:1`)).toMatch(/^[0-9a-f]{12}\n/)
    expect(await printed('df', '--format', '{{.Type}} {{.TotalCount}}')).toMatch(/^Images 2\n/)
    expect(await printed('system', 'prune', '-f', '--volumes')).toBe('Total reclaimed space: 0B\n')
  })

  it('prune --all removes images with a tag when it is meant', async () => {
    expect((await here('image', 'prune', '-a', '--dry-run')).stdout).toContain(`Untagged: ${host}/t/app:1\n`)
    expect(await here('image', 'prune', '-a')).toMatchObject({ code: 2, stdout: '' })
  })

  it('version and info say what a report needs, and nothing secret', async () => {
    expect(await printed('version', '-f', '{{.Client.Version}} {{.Client.Os}}')).toMatch(/^\d+\.\d+\.\d+\S* linux\n$/)
    expect((await here('version', '--format', '{{.Server.Version}}')).stderr).toContain(
      'there is nothing that could have',
    )
    expect(await printed('version')).toMatch(/^lading: +\d.*\nNode\.js: +\d+\./)
    const variables = { LADING_HOSTS: 'off', LADING_AUTH_X: 'user:secret', HTTPS_PROXY: 'http://user:secret@proxy' }
    const { stdout } = await runHere(['info'], { root, variables })
    expect(stdout).toMatch(/^Variables: +HTTPS_PROXY LADING_AUTH_X LADING_HOSTS LADING_ROOT$/m)
    expect(stdout).toMatch(/^Images: +2 names, 2 images$/m)
    expect(stdout).toContain(root)
    expect(stdout).not.toContain('secret')
    expect(await printed('info', '-f', '{{.Images}} {{.DockerRootDir}}')).toBe(`2 ${root}\n`)
    expect(await printed('-v')).toMatch(/^\d+\.\d+\.\d+/)
  })

  it('manifest inspect is manifest', async () => {
    expect(await printed('manifest', 'inspect', `${host}/t/app:1`)).toBe(await printed('manifest', `${host}/t/app:1`))
  })
})
