import { existsSync } from 'node:fs'
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { image, index, startTestRegistry, type TestRegistry } from '@lading/test-registry'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startDockerRegistry, type DockerRegistry } from '../../../test/support/docker-registry.ts'
import { startDockerd, type Dockerd } from '../../../test/support/dockerd.ts'
import { enlarged, mounting, needs, needsGoTool, root as asRoot } from '../../../test/support/needs.ts'
import { podmanForThisUser, removePodman, runPodman } from '../../../test/support/podman.ts'
import { pathOf } from '../../../test/support/real-parts.ts'
import { must, rawManifest, sha256, skopeoCopy } from './support/real-content.ts'
import { start } from './support/lading.ts'
import { runHere } from './support/run-here.ts'

const architecture = process.arch === 'x64' ? 'amd64' : process.arch
const app = (name: string): ReturnType<typeof image> =>
  image(name)
    .platform(`linux/${architecture}`)
    .layer({ 'etc/': '', 'etc/motd': `hello, ${name}` })
    .randomLayer(300_000)
/** One that says a word when it is run. */
async function running(): Promise<ReturnType<typeof image>> {
  const busybox = existsSync('/usr/bin/busybox') ? '/usr/bin/busybox' : '/bin/busybox'
  const content = existsSync(busybox) ? await readFile(busybox) : new Uint8Array(1)
  return app('t/runs:1')
    .layer({ 'bin/': '', 'bin/busybox': { content, mode: 0o755 } })
    .config({ Cmd: ['/bin/busybox', 'cat', '/etc/motd'] })
}
const both = index('t/index:1')
  .add(app('t/app:1'))
  .add(image().platform('linux/ppc64le').layer({ elsewhere: 'yes' }))

interface Scene {
  readonly folder: string
  readonly root: string
  readonly from: TestRegistry
  readonly to: DockerRegistry
  end(): Promise<void>
}

async function scene(program?: string): Promise<Scene> {
  const folder = await mkdtemp(join(tmpdir(), 'lading-push-real-'))
  const from = await startTestRegistry({ images: [app('t/app:1'), app('t/other:1'), await running(), both] })
  const to = await startDockerRegistry(folder, program === undefined ? {} : { program })
  return {
    folder,
    root: join(folder, 'store'),
    from,
    to,
    async end() {
      await to.close()
      await from.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Pulls `name` and gives it a name at the other registry. */
async function bring({ from, to, root }: Scene, name: string, as: string): Promise<string> {
  const reference = `${to.host}/${as}`
  expect(await runHere(['pull', `${from.host}/${name}`], { root })).toMatchObject({ code: 0 })
  expect(await runHere(['tag', `${from.host}/${name}`, reference], { root })).toMatchObject({ code: 0 })
  return reference
}

describe('a push to docker-registry, read back by skopeo', needs('docker-registry', 'skopeo', enlarged), () => {
  let place: Scene
  beforeAll(async () => {
    place = await scene()
  }, 60_000)
  afterAll(() => place?.end())

  /** Every blob and manifest as skopeo gets them, by their digests. */
  async function readBack(reference: string, ...extra: readonly string[]): Promise<readonly string[]> {
    const directory = await mkdtemp(join(place.folder, 'dir-'))
    await skopeoCopy(`docker://${reference}`, `dir:${directory}`, ...extra)
    const files = (await readdir(directory)).filter((name) => name !== 'version')
    return Promise.all(files.map(async (name) => sha256(await readFile(join(directory, name)))))
  }

  it('is the same to the last byte, and mounted, with nothing uploaded, into the next repository', async () => {
    const { root, from } = place
    const reference = await bring(place, 't/app:1', 'x/app:1')
    expect(await runHere(['push', reference], { root })).toMatchObject({ code: 0, stdout: `${reference}\n` })
    const wanted = from.repository('t/app')
    const digest = String(wanted.tags()['1'])
    expect(sha256(await rawManifest(`docker://${reference}`))).toBe(digest)
    expect(new Set(await readBack(reference))).toEqual(new Set([digest, ...wanted.blobs()]))
    const near = await bring(place, 't/app:1', 'near:1')
    const { stdout } = await runHere(['push', '--progress', 'json', near], { root })
    expect(JSON.parse(stdout)).toMatchObject({ mounted: 3, sent: { blobs: 0 }, digest })
    expect(new Set(await readBack(near))).toEqual(new Set([digest, ...wanted.blobs()]))
  })

  it('a copy of an index is the same to the last byte, every platform of it', async () => {
    const { from, to } = place
    const reference = `${to.host}/copied/index:1`
    const copied = await runHere(['copy', '--json', `${from.host}/t/index:1`, reference])
    expect(JSON.parse(copied.stdout)).toMatchObject({ status: 'copied', mounted: 0 })
    const source = from.repository('t/index')
    expect(new Set(await readBack(reference, '--all'))).toEqual(new Set([...source.manifests(), ...source.blobs()]))
    const again = await runHere(['copy', '--json', `${from.host}/t/index:1`, reference])
    expect(JSON.parse(again.stdout)).toMatchObject({ status: 'unchanged' })
    const within = await runHere(['copy', '--json', reference, `${to.host}/copied/again:1`])
    expect(JSON.parse(within.stdout)).toMatchObject({ sent: { blobs: 0 }, mounted: source.blobs().length })
  })

  it('of two writers of one tag at once each is whole, and the tag is one of them', async () => {
    const { from, root, to } = place
    const reference = `${to.host}/one/tag:1`
    const store = await bring(place, 't/app:1', 'one/tag:1')
    expect(store).toBe(reference)
    const writers = [
      start(['push', '-q', '--root', root, reference]),
      start(['copy', '-q', '--root', join(place.folder, 'none'), `${from.host}/t/other:1`, reference]),
      start(['push', '-q', '--root', root, reference]),
    ]
    for (const { ended } of writers) expect(await ended).toMatchObject({ code: 0 })
    const digests = ['app', 'other'].map((name) => String(from.repository(`t/${name}`).tags()['1']))
    expect(digests).toContain(sha256(await rawManifest(`docker://${reference}`)))
    for (const [at, name] of ['app', 'other'].entries())
      expect(new Set(await readBack(`${to.host}/one/tag@${digests[at]}`))).toEqual(
        new Set([digests[at], ...from.repository(`t/${name}`).blobs()]),
      )
  })
})

describe('what was pushed', needs('dockerd', 'docker', 'docker-registry', asRoot, mounting, enlarged), () => {
  let place: Scene
  let dockerd: Dockerd
  beforeAll(async () => {
    place = await scene()
    dockerd = await startDockerd(place.folder)
  }, 60_000)
  afterAll(async () => {
    await dockerd?.close()
    await place?.end()
  }, 60_000)

  it('is run by docker, and by podman', needs('podman'), async () => {
    const { root, folder } = place
    const reference = await bring(place, 't/runs:1', 'runs:1')
    expect(await runHere(['push', reference], { root })).toMatchObject({ code: 0 })
    const ran = await dockerd.docker(['run', '--rm', '--network', 'none', reference])
    expect(ran).toMatchObject({ code: 0, stdout: 'hello, t/runs:1' })
    const podman = join(folder, 'podman')
    try {
      await runPodman(podman, ['pull', '--tls-verify=false', reference])
      // Debian's default runtime does not know each kernel's control groups, and not everybody may raise a limit.
      const limits = ['nofile', 'nproc'].flatMap((name) => ['--ulimit', `${name}=1024:1024`])
      const alone = ['--rm', '--network', 'none', ...limits]
      expect(await runPodman(podman, ['--runtime', 'runc', 'run', ...alone, reference])).toBe('hello, t/runs:1')
    } finally {
      await removePodman(podman)
    }
  })

  it('is pulled by docker, and the words of the push are docker’s', async () => {
    const { root, to } = place
    const ours = await bring(place, 't/app:1', 'ours:1')
    const theirs = `${to.host}/theirs:1`
    const first = await runHere(['push', ours], { root })
    expect(first).toMatchObject({ code: 0 })
    expect(await dockerd.docker(['pull', ours])).toMatchObject({ code: 0 })
    await dockerd.docker(['tag', ours, theirs])
    const second = await dockerd.docker(['push', theirs])
    expect(second).toMatchObject({ code: 0 })
    // docker knows layers by what they inflate to, and mounts what it has pulled from there.
    expect(told(second.stdout)).toEqual({
      lines: [`The push refers to repository [${to.host}/theirs]`, '1: digest: DIGEST size: SIZE'],
      layers: Array.from({ length: 2 }, () => ['Preparing', 'Mounted from ours']),
    })
    const near = await bring(place, 't/app:1', 'near:1')
    const third = await runHere(['push', near], { root })
    expect(told(third.stderr)).toEqual({
      lines: [`The push refers to repository [${to.host}/near]`, '1: digest: DIGEST size: SIZE'],
      layers: Array.from({ length: 2 }, () => ['Preparing', 'Mounted from ours']),
    })
    const again = [await dockerd.docker(['push', theirs]), await runHere(['push', near], { root })] as const
    expect(told(again[0].stdout).layers).toEqual(told(again[1].stderr).layers)
    expect(told(again[1].stderr).layers).toEqual(Array.from({ length: 2 }, () => ['Preparing', 'Layer already exists']))
    for (const args of [
      ['push', `${to.host}/none:1`],
      ['push', '-a', `${to.host}/ours:1`],
    ]) {
      const [docker, lading] = [await dockerd.docker(args), await runHere(args, { root })]
      expect(lading.stderr).toContain(docker.stderr.trim().replace(/^Error response from daemon: /, ''))
    }
  })
})

describe('what was copied', needs('podman', podmanForThisUser, 'docker-registry', enlarged), () => {
  it('is pulled by podman', async () => {
    const place = await scene()
    const { from, to, folder } = place
    const reference = `${to.host}/x/index:1`
    expect(await runHere(['copy', `${from.host}/t/index:1`, reference])).toMatchObject({ code: 0 })
    const podman = join(folder, 'podman')
    try {
      await runPodman(podman, ['pull', '--tls-verify=false', reference])
      const digest = await runPodman(podman, ['image', 'inspect', '--format', '{{.RepoDigests}}', reference])
      expect(digest).toContain(String(from.repository('t/index').tags()['1']))
    } finally {
      await removePodman(podman)
      await place.end()
    }
  }, 60_000)
})

/** Lines of no layer, and the words of each layer in any order. Digests and sizes are of the manifest that each makes. */
function told(text: string): { readonly lines: readonly string[]; readonly layers: readonly (readonly string[])[] } {
  const lines: string[] = []
  const layers = new Map<string, string[]>()
  for (const line of text.split('\n').filter((each) => each !== '')) {
    const [, id, words] = /^([0-9a-f]{12}): (.*)/.exec(line) ?? []
    if (id === undefined || words === undefined)
      lines.push(line.replace(/sha256:[0-9a-f]{64} size: [0-9]+/, 'DIGEST size: SIZE'))
    // Bars, which neither shows in a log but for our one line.
    else if (words !== 'Pushing' && words !== 'Waiting') layers.set(id, [...(layers.get(id) ?? []), words])
  }
  return { lines, layers: [...layers.values()] }
}

describe('distribution 3', needsGoTool('registry', 'crane', 'regctl'), () => {
  let place: Scene
  beforeAll(async () => {
    place = await scene('registry')
  }, 60_000)
  afterAll(() => place?.end())

  it('takes what is pushed and copied, and crane and regctl find it whole', async () => {
    const { from, to, root } = place
    const reference = await bring(place, 't/app:1', 'x/app:1')
    expect(await runHere(['push', reference], { root })).toMatchObject({ code: 0 })
    expect(await runHere(['copy', `${from.host}/t/index:1`, `${to.host}/x/index:1`])).toMatchObject({ code: 0 })
    await must(pathOf('crane'), ['validate', '--insecure', '--remote', reference])
    const digest = await must(pathOf('crane'), ['digest', '--insecure', `${to.host}/x/index:1`])
    expect(digest.trim()).toBe(from.repository('t/index').tags()['1'])
    const seen = await must(pathOf('regctl'), ['--host', `reg=${to.host},tls=disabled`, 'image', 'digest', reference])
    expect(seen.trim()).toBe(from.repository('t/app').tags()['1'])
  })

  it(
    'has oras read what is pushed, and gives us what oras pushed, with what refers to it',
    needsGoTool('oras'),
    async () => {
      const { from, to, root, folder } = place
      const oras = (...args: readonly string[]): Promise<string> => must(pathOf('oras'), [...args, '--plain-http'])
      const reference = await bring(place, 't/app:1', 'oras/app:1')
      expect(await runHere(['push', reference], { root })).toMatchObject({ code: 0 })
      const { digest } = JSON.parse(await oras('manifest', 'fetch', '--descriptor', reference)) as { digest: string }
      expect(digest).toBe(from.repository('t/app').tags()['1'])
      for (const blob of from.repository('t/app').blobs()) {
        const file = join(folder, 'blob')
        await oras('blob', 'fetch', '--output', file, `${to.host}/oras/app@${blob}`)
        expect(sha256(await readFile(file))).toBe(blob)
      }

      const note = join(folder, 'note.txt')
      await writeFile(note, 'of oras')
      const theirs = `${to.host}/oras/note:1`
      await oras(
        'push',
        '--disable-path-validation',
        theirs,
        '--artifact-type',
        'application/x.note',
        `${note}:text/plain`,
      )
      await oras(
        'attach',
        '--disable-path-validation',
        theirs,
        '--artifact-type',
        'application/x.sig',
        `${note}:text/plain`,
      )
      const copied = await runHere(['copy', '--referrers', '--json', theirs, `${from.host}/t/note:1`])
      expect(copied, copied.stderr).toMatchObject({ code: 0 })
      expect(JSON.parse(copied.stdout)).toMatchObject({ referrers: [{}] })
      const there = from.repository('t/note')
      expect(there.tags()['1']).toBe((await oras('resolve', theirs)).trim())
      expect(there.blobs()).toContain(sha256('of oras'))
      const found = await oras('discover', '--format', 'json', `${from.host}/t/note:1`)
      expect(found).toContain('application/x.sig')
    },
  )
})
