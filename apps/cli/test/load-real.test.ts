import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { image, index, startTestRegistry, type TestRegistry } from '@lading/test-registry'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { archiveOf } from '../../../packages/archive/test/support/some-archive.ts'
import { legacyArchive } from '../../../packages/archive/test/support/some-image.ts'
import { textBytes } from '../../../packages/archive/test/support/some-files.ts'
import { startDockerd, type Dockerd } from '../../../test/support/dockerd.ts'
import { enlarged, mounting, needs, needsGoTool, root as asRoot } from '../../../test/support/needs.ts'
import { podmanForThisUser, removePodman, runPodman } from '../../../test/support/podman.ts'
import { pathOf } from '../../../test/support/real-parts.ts'
import { must, skopeoCopy } from './support/real-content.ts'
import { runHere } from './support/run-here.ts'

const name = 'registry.example/app:1'
const architecture = process.arch === 'x64' ? 'amd64' : process.arch

/** Loads an archive twice, from a file and through a pipe, each into a store of its own: the same lines, the same images. */
async function loaded(
  folder: string,
  archive: string,
  ...how: readonly string[]
): Promise<{
  readonly lines: readonly string[]
  readonly ids: readonly string[]
  readonly digests: readonly string[]
}> {
  const results = []
  for (const way of ['file', 'pipe']) {
    const root = await mkdtemp(join(folder, 'store-'))
    const { code, stdout, stderr } =
      way === 'file'
        ? await runHere(['load', '-i', archive, ...how], { root })
        : await runHere(['load', ...how], { root, input: await readFile(archive) })
    expect({ code, stderr }).toMatchObject({ code: 0 })
    const check = await runHere(['check'], { root })
    expect(check.stdout).toContain('nothing is wrong')
    const images = JSON.parse((await runHere(['images', '--json'], { root })).stdout) as {
      id: string
      target: { digest: string }
    }[]
    results.push({
      lines: stdout.trimEnd().split('\n'),
      ids: images.map(({ id }) => id),
      digests: images.map(({ target }) => target.digest),
    })
  }
  const [ofFile, ofPipe] = results
  expect(ofPipe).toEqual(ofFile)
  return ofFile ?? { lines: [], ids: [], digests: [] }
}

describe('archives that others wrote', needs('skopeo', enlarged), () => {
  let folder: string
  let registry: TestRegistry
  let id: string
  let digest: string
  let many: string
  let reference: string
  const path = (file: string): string => join(folder, file)

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lading-load-'))
    registry = await startTestRegistry()
    const built = await registry.seed(
      image('t/app:1')
        .platform(`linux/${architecture}`)
        .layer({ 'etc/': '', 'etc/motd': 'hello' })
        .layer({ 'etc/twice': 'x' }),
    )
    const multi = await registry.seed(
      index('t/multi:1')
        .add(image().platform(`linux/${architecture}`).layer({ here: 'yes' }))
        .add(image().platform('linux/ppc64le').layer({ elsewhere: 'yes' })),
    )
    reference = `${registry.host}/t/app:1`
    ;({ digest } = built)
    id = built.config.digest
    many = multi.digest
  })
  afterAll(async () => {
    await registry?.close()
    await rm(folder, { recursive: true, force: true })
  })

  it('skopeo: docker-archive, oci-archive, oci; every platform', async () => {
    await skopeoCopy(`docker://${reference}`, `docker-archive:${path('skopeo-docker.tar')}:${name}`)
    await skopeoCopy(`docker://${reference}`, `oci-archive:${path('skopeo-oci.tar')}:${name}`)
    await skopeoCopy(`docker://${registry.host}/t/multi:1`, `oci-archive:${path('skopeo-all.tar')}:${name}`, '--all')
    await skopeoCopy(`docker://${reference}`, `oci:${path('skopeo-layout')}:1`)
    expect(await loaded(folder, path('skopeo-docker.tar'))).toMatchObject({
      lines: [`Loaded image: ${name}`],
      ids: [id],
    })
    expect(await loaded(folder, path('skopeo-oci.tar'))).toMatchObject({
      lines: [`Loaded image: ${name}`],
      ids: [id],
      digests: [digest],
    })
    expect(await loaded(folder, path('skopeo-all.tar'))).toMatchObject({ digests: [many] })
    expect(await loaded(folder, path('skopeo-all.tar'), '--platform', 'linux/ppc64le')).toMatchObject({
      digests: [many],
    })
    const root = path('store-of-layout')
    const { stdout } = await runHere(['load', '-i', path('skopeo-layout'), '--name', 'app'], { root })
    expect(stdout).toBe('Loaded image: app:1\n'.replace(':1', ':latest'))
  })

  it('umoci: a layout that it made', needs('umoci'), async () => {
    const layout = path('umoci-layout')
    await must(pathOf('umoci'), ['init', '--layout', layout])
    await must(pathOf('umoci'), ['new', '--image', `${layout}:v1`])
    const { code, stdout } = await runHere(['load', '-i', layout], { root: path('store-of-umoci') })
    expect(code).toBe(0)
    expect(stdout).toMatch(/^Loaded image ID: sha256:[0-9a-f]{64}\n$/)
  })

  it(
    'podman save: docker-archive, oci-archive, oci-dir, several images in one',
    needs('podman', podmanForThisUser),
    async () => {
      const own = path('podman')
      await mkdir(own)
      const archive = path('for-podman.tar')
      await skopeoCopy(`docker://${reference}`, `docker-archive:${archive}:${name}`)
      await runPodman(own, ['load', '-q', '-i', archive])
      await runPodman(own, ['tag', name, 'registry.example/app:2'])
      for (const format of ['docker-archive', 'oci-archive']) {
        await runPodman(own, ['save', '-q', '--format', format, '-o', path(`podman-${format}.tar`), name])
        expect(await loaded(folder, path(`podman-${format}.tar`))).toMatchObject({ lines: [`Loaded image: ${name}`] })
      }
      expect((await loaded(folder, path('podman-docker-archive.tar'))).ids).toEqual([id])
      await runPodman(own, ['save', '-q', '-m', '-o', path('podman-many.tar'), name, 'registry.example/app:2'])
      const { lines } = await loaded(folder, path('podman-many.tar'))
      expect(lines.toSorted()).toEqual([`Loaded image: ${name}`, 'Loaded image: registry.example/app:2'])
      await removePodman(own)
    },
  )

  it('crane pull: docker-archive with compressed layers, and a layout', needsGoTool('crane'), async () => {
    await must(pathOf('crane'), ['pull', '--insecure', reference, path('crane.tar')])
    await must(pathOf('crane'), ['pull', '--insecure', '--format', 'oci', reference, path('crane-layout')])
    expect((await loaded(folder, path('crane.tar'))).ids).toEqual([id])
    const { stdout } = await runHere(['load', '-i', path('crane-layout')], { root: path('store-of-crane') })
    expect(stdout).toContain('Loaded image')
  })

  it('regctl image export: both in one', needsGoTool('regctl'), async () => {
    const env = ['--host', `reg=${registry.host},tls=disabled`]
    await must(pathOf('regctl'), [...env, 'image', 'export', reference, path('regctl.tar')])
    expect(await loaded(folder, path('regctl.tar'))).toMatchObject({ ids: [id], digests: [digest] })
    await must(pathOf('regctl'), [...env, 'image', 'export', `${registry.host}/t/multi:1`, path('regctl-all.tar')])
    expect(await loaded(folder, path('regctl-all.tar'))).toMatchObject({ digests: [many] })
  })
})

describe('archives of docker', needs('dockerd', 'docker', asRoot, mounting, enlarged), () => {
  let folder: string
  let dockerd: Dockerd
  const path = (file: string): string => join(folder, file)

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lading-load-docker-'))
    dockerd = await startDockerd(folder)
  }, 60_000)
  afterAll(async () => {
    await dockerd?.close()
    await rm(folder, { recursive: true, force: true })
  }, 60_000)

  const docker = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await dockerd.docker(args)
    expect({ args, code, stderr }).toMatchObject({ code: 0 })
    return stdout.trim()
  }
  /** A layer that docker can unpack. */
  const layer = (file: string): Promise<Uint8Array> => archiveOf([[file, textBytes(`in ${file}`)]])

  it('from before 1.10 gets the image ID that docker gives it', async () => {
    const { files } = legacyArchive([await layer('base'), await layer('top')], {
      old: { '1': 1 },
      'registry.example/old': { base: 0 },
    })
    await writeFile(path('legacy.tar'), await archiveOf(files))
    await docker('load', '-i', path('legacy.tar'))
    const ids = [
      await docker('inspect', '-f', '{{.Id}}', 'old:1'),
      await docker('inspect', '-f', '{{.Id}}', 'registry.example/old:base'),
    ]
    expect((await loaded(folder, path('legacy.tar'))).ids.toSorted()).toEqual(ids.toSorted())
  })

  it('docker save: one image, several with layers in common, one without a name', async () => {
    await writeFile(path('one.tar'), await layer('one'))
    await docker('import', path('one.tar'), 'one:1')
    await mkdir(path('context'))
    await writeFile(
      path('context/Dockerfile'),
      'FROM one:1\nLABEL two=2\nENV THREE=3\nCOPY Dockerfile /\nCOPY Dockerfile /again\n',
    )
    const built = await docker('build', '-q', '-t', 'two:1', path('context'))
    await docker('save', '-o', path('saved.tar'), 'one:1', 'two:1')
    const { lines, ids } = await loaded(folder, path('saved.tar'))
    expect(lines.toSorted()).toEqual(['Loaded image: one:1', 'Loaded image: two:1'])
    expect(ids).toContain(built)
    await docker('save', '-o', path('nameless.tar'), built)
    expect(await loaded(folder, path('nameless.tar'))).toMatchObject({
      lines: [`Loaded image ID: ${built}`],
      ids: [built],
    })
    spawnSync('gzip', ['-k', path('saved.tar')])
    expect((await loaded(folder, path('saved.tar.gz'))).ids).toEqual(ids)
  })
})
