import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { image, index, schema1, startTestRegistry, type Seedable, type TestRegistry } from '@lading/test-registry'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startDockerd, type Dockerd, type Printed } from '../../../test/support/dockerd.ts'
import { enlarged, mounting, needs, root as asRoot } from '../../../test/support/needs.ts'
import { commonGround, differences } from './support/beside-docker.ts'
import type { Ended } from './support/lading.ts'
import { runHere } from './support/run-here.ts'

const architecture = process.arch === 'x64' ? 'amd64' : process.arch
const app = (name: string): ReturnType<typeof image> =>
  image(name)
    .platform(`linux/${architecture}`)
    .layer({ 'etc/': '', 'etc/motd': `hello, ${name}` })
const both = (name: string, flavour: 'oci' | 'docker'): Seedable =>
  index(name)
    .add(image().mediaTypes(flavour).platform('linux/ppc64le').layer({ elsewhere: 'yes' }))
    .add(app(name).mediaTypes(flavour))

const formats: readonly (readonly [title: string, name: string, seeded: Seedable])[] = [
  ['an OCI manifest', 't/oci', app('t/oci:1').randomLayer(30_000)],
  ['a Docker manifest', 't/docker', app('t/docker:1').mediaTypes('docker')],
  ['an OCI index', 't/index', both('t/index:1', 'oci')],
  ['a Docker manifest list', 't/list', both('t/list:1', 'docker')],
  [
    'a signed schema 1 manifest',
    't/signed',
    schema1('t/signed:1').platform(`linux/${architecture}`).layer({ 'etc/': '', 'etc/motd': 'old' }).throwaway(),
  ],
  ['layers that are not compressed', 't/plain', app('t/plain:1').layer({ plain: 'yes' }, { compression: 'none' })],
]

describe('beside docker', needs('dockerd', 'docker', asRoot, mounting, enlarged), () => {
  let folder: string
  let dockerd: Dockerd
  let registry: TestRegistry
  const seen = new Set<(typeof differences)[number]>()
  const { docker: ofDocker, lading: ofLading } = commonGround(seen)

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lading-docker-'))
    dockerd = await startDockerd(folder)
    registry = await startTestRegistry({
      images: [...formats.map(([, , seeded]) => seeded), app('t/all:1'), app('t/all:2').layer({ two: 'yes' })],
    })
  }, 60_000)
  afterAll(async () => {
    await dockerd?.close()
    await registry?.close()
    await rm(folder, { recursive: true, force: true })
  }, 60_000)

  async function pull(...args: readonly string[]): Promise<{ docker: Printed; lading: Ended }> {
    const [docker, lading] = await Promise.all([
      dockerd.docker(['pull', ...args]),
      runHere(['pull', '--allow-schema1', ...args], { root: join(folder, 'store') }),
    ])
    return { docker, lading }
  }
  const digestOf = (name: string, tag = '1'): string => String(registry.repository(name).tags()[tag])
  const named = (name: string): string => `${registry.host}/${name}`
  const idsOf = async (name: string): Promise<readonly string[]> => [
    (await dockerd.docker(['images', '--quiet', '--no-trunc', named(name)])).stdout,
    (
      await runHere(['images', '--quiet', '--no-trunc', '--filter', `reference=${named(name)}`], {
        root: join(folder, 'store'),
      })
    ).stdout,
  ]

  it.each(formats.map(([title, name]) => [title, name] as const))(
    'the same is said, and the same image is there: %s',
    async (_, name) => {
      const first = await pull(named(`${name}:1`))
      const second = await pull(named(`${name}:1`))
      for (const [word, { docker, lading }] of [
        ['Downloaded newer image', first],
        ['Image is up to date', second],
      ] as const) {
        expect([docker.code, lading.code]).toEqual([0, 0])
        const { lines } = ofLading(lading)
        expect(lines).toEqual(ofDocker(docker).lines)
        expect(lines).toEqual([
          `1: Pulling from ${name}`,
          `Digest: ${digestOf(name)}`,
          `Status: ${word} for ${named(name)}:1`,
          `${named(name)}:1`,
        ])
      }
      expect(ofLading(first.lading).layers).toEqual(ofDocker(first.docker).layers)
      expect(ofLading(second.lading).layers).toEqual({})
      const [theirs, ours] = await idsOf(`${name}:1`)
      expect(ours).toBe(theirs)
    },
  )

  it.each([
    { what: 'a digest', reference: () => named(`t/oci@${digestOf('t/oci')}`) },
    { what: 'the digest of an index', reference: () => named(`t/index@${digestOf('t/index')}`) },
    { what: 'a tag and a digest', reference: () => named(`t/oci:1@${digestOf('t/oci')}`) },
    { what: 'a tag that is not there', reference: () => named('t/oci:none') },
    { what: 'a digest that is not there', reference: () => named(`t/oci@sha256:${'0'.repeat(64)}`) },
    { what: 'a repository that is not there', reference: () => named('t/none') },
    {
      what: 'a platform that an index has not',
      reference: () => named('t/index:1'),
      options: ['--platform', 'linux/s390x'],
    },
    { what: 'a host where nobody listens', reference: () => '127.0.0.1:9/t/app:1' },
  ])('the same is said of $what', async ({ reference, options = [] }) => {
    const { docker, lading } = await pull(...options, reference())
    expect(lading.code === 0).toBe(docker.code === 0)
    expect(ofLading(lading)).toEqual(ofDocker(docker))
  })

  it('schema 1 once more: docker looks at each layer again, we know by the digest', async () => {
    const { docker, lading } = await pull(named(`t/signed@${digestOf('t/signed')}`))
    expect(ofLading(lading).lines).toEqual(ofDocker(docker).lines)
    expect(Object.values(ofDocker(docker).layers)).toEqual([['Already exists']])
    expect(ofLading(lading).layers).toEqual({})
  })

  it('the same is said of a tag that has moved', async () => {
    const moved = (): ReturnType<typeof image> => app('t/moved:1')
    await registry.seed(moved())
    await pull(named('t/moved:1'))
    await registry.seed(moved().layer({ more: 'yes' }))
    const { docker, lading } = await pull(named('t/moved:1'))
    expect(ofLading(lading)).toEqual(ofDocker(docker))
    expect(Object.values(ofLading(lading).layers)).toEqual([['Already exists'], ['Pulling fs layer', 'Pull complete']])
  })

  it.each(['basic', 'bearer'] as const)('the same is said of what needs a login: %s', async (kind) => {
    await using closed = await startTestRegistry({ auth: { kind, username: 'alice', password: 'secret' } })
    const { docker, lading } = await pull(`${closed.host}/t/app:1`)
    expect([docker.code, lading.code]).toEqual([1, 4])
    expect(ofLading(lading)).toEqual(ofDocker(docker))
  })

  it('all tags: docker names the repository at the end, we each tag, for a script to read', async () => {
    const { docker, lading } = await pull('--all-tags', named('t/all'))
    const [ofTheirs, ofOurs] = [ofDocker(docker), ofLading(lading)]
    expect(ofOurs.layers).toEqual(ofTheirs.layers)
    expect(ofTheirs.lines.at(-1)).toBe(named('t/all'))
    expect(ofOurs.lines).toEqual([...ofTheirs.lines.slice(0, -1), named('t/all:1'), named('t/all:2')])
  })

  it('quiet: the name alone', async () => {
    const { docker, lading } = await pull('--quiet', named('t/oci:1'))
    expect([docker.stdout, docker.stderr]).toEqual([lading.stdout, lading.stderr])
  })

  it('a layer that another image has on another base: docker downloads it again, we have it', async () => {
    await registry.seed(app('t/one:1').layer({ shared: 'yes' }))
    const two = await registry.seed(app('t/two:1').layer({ shared: 'yes' }))
    await pull(named('t/one:1'))
    const { docker, lading } = await pull(named('t/two:1'))
    const layer = two.layers[1]!.digest.slice('sha256:'.length, 'sha256:'.length + 12)
    expect(ofDocker(docker).layers[layer]).toEqual(['Pulling fs layer', 'Pull complete'])
    expect(ofLading(lading).layers[layer]).toEqual(['Already exists'])
    expect(ofLading(lading).lines).toEqual(ofDocker(docker).lines)
  })

  it.each([
    ['layers in zstd', 't/zstd:1', 'failed to register layer: '],
    ['schema 1 without a signature', 't/unsigned:1', 'missing signature key'],
  ])('what docker 20.10 does not take, we do: %s', async (_, name, words) => {
    await registry.seed(app('t/zstd:1').layer({ z: 'y' }, { compression: 'zstd' }))
    await registry.seed(schema1('t/unsigned:1').layer({ old: 'yes' }).unsigned())
    const { docker, lading } = await pull(named(name))
    expect([docker.code, lading.code]).toEqual([1, 0])
    expect(docker.stderr).toContain(words)
  })

  it('and no difference is told of that is there no more', () => {
    expect(differences.filter((difference) => !seen.has(difference))).toEqual([])
  })
})
