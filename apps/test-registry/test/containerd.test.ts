import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { enlarged, needs, root } from '../../../test/support/needs.ts'
import { image, index, schema1, startTestRegistry, type ImageBuilder, type TestRegistry } from '../src/index.ts'
import { startContainerd, type Containerd } from '../../../test/support/containerd.ts'
import { waysIn, writeCertificates, type WayIn } from './support/ways-in.ts'

// containerd keeps what it has pulled: each test has an image of its own.
const appFor = (title: string): ImageBuilder =>
  image('t/app:1').layer({ 'etc/': '', 'etc/motd': title }).randomLayer(300_000)
const multi = index('t/multi:1')
  .add(image().platform('linux/arm64').layer({ arm: 'yes' }))
  .add(image().platform('linux/amd64').layer({ amd: 'yes' }))

describe('ctr', needs(enlarged, 'containerd', 'ctr', 'runc', root), () => {
  let directory: string
  let containerd: Containerd
  let registry: TestRegistry

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'containerd-'))
    containerd = await startContainerd(directory)
  })
  afterAll(async () => {
    await containerd?.close()
    await rm(directory, { recursive: true })
  })
  afterEach(() => registry.close())

  const credentials = ({ user, identityToken }: WayIn): readonly string[] => [
    ...(user === undefined ? [] : ['--user', user]),
    ...(identityToken === undefined ? [] : ['--refresh', identityToken]),
  ]

  test.each(waysIn.map((way) => [way.title, way] as const))('pulls and pushes: %s', async (title, way) => {
    const app = appFor(title)
    registry = await startTestRegistry({ auth: way.auth, images: [app] })
    const who = ['--plain-http', ...credentials(way)]
    const pulled = `${registry.host}/t/app:1`
    const pushed = `${registry.host}/back/app:2`

    await containerd.ctr('images', 'pull', '--snapshotter', 'native', ...who, pulled)
    expect(await containerd.ctr('images', 'list', `name==${pulled}`)).toContain(app.build().digest)
    registry.journal.assertFetchedOnce(app.build().layers[0]!.digest)

    await containerd.ctr('images', 'tag', pulled, pushed)
    await containerd.ctr('images', 'push', ...who, pushed)
    expect(registry.repository('back/app').tags()).toEqual({ 2: app.build().digest })
    expect(
      registry.journal.entries.flatMap(({ status }) => (status === undefined || status >= 500 ? [status] : [])),
    ).toEqual([])
    await containerd.ctr('images', 'remove', pulled, pushed)
  })

  test('pulls and pushes by https with a client certificate', async () => {
    const app = appFor('certificate')
    registry = await startTestRegistry({ tls: true, auth: { kind: 'certificate' }, images: [app] })
    const certificates = await writeCertificates(directory, registry)
    // On loopback ctr speaks plain http unless a file says otherwise.
    const hosts = join(directory, 'hosts')
    const [ca, cert, key] = ['ca.crt', 'client.cert', 'client.key'].map((name) =>
      JSON.stringify(join(certificates, name)),
    )
    await mkdir(join(hosts, registry.host), { recursive: true })
    await writeFile(
      join(hosts, registry.host, 'hosts.toml'),
      `server = "${registry.url}"\n[host."${registry.url}"]\nca = ${ca}\nclient = [[${cert}, ${key}]]\n`,
    )
    const who = ['--hosts-dir', hosts]
    await containerd.ctr('images', 'pull', '--snapshotter', 'native', ...who, `${registry.host}/t/app:1`)
    await containerd.ctr('images', 'tag', `${registry.host}/t/app:1`, `${registry.host}/back/app:2`)
    await containerd.ctr('images', 'push', ...who, `${registry.host}/back/app:2`)
    expect(registry.repository('back/app').tags()).toEqual({ 2: app.build().digest })
  })

  test('takes its platform out of an index', async () => {
    registry = await startTestRegistry({ images: [multi] })
    await containerd.ctr(
      'images',
      'pull',
      '--snapshotter',
      'native',
      '--plain-http',
      '--platform',
      'linux/arm64',
      `${registry.host}/t/multi:1`,
    )
    const fetched = multi.build().manifests.map(({ digest }) => registry.journal.manifest(digest).requests.length)
    expect(fetched).toEqual([1, 0])
  })

  test('takes a schema 1 image', async () => {
    const old = schema1('t/old:1').layer({ 'etc/': '', 'etc/motd': 'old\n' }).throwaway()
    registry = await startTestRegistry({ images: [old] })
    await containerd.ctr('images', 'pull', '--snapshotter', 'native', '--plain-http', `${registry.host}/t/old:1`)
    expect(registry.journal.manifest(old.build().digest).requests.map(({ status }) => status)).toEqual([200])
    registry.journal.assertFetchedOnce(old.build().layers[0]!.digest)
  })

  test('is refused what a stranger may not have', async () => {
    registry = await startTestRegistry({
      auth: { kind: 'basic', username: 'alice', password: 'secret' },
      images: [appFor('refused')],
    })
    await expect(containerd.ctr('images', 'pull', '--plain-http', `${registry.host}/t/app:1`)).rejects.toThrow(
      /authorization failed|401 Unauthorized/,
    )
  })
})
