import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import {
  image,
  index,
  startTestRegistry,
  type ImageBuilder,
  type Seedable,
  type TestRegistry,
} from '@lading/test-registry'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { containerd2, startContainerd, type Containerd } from '../../../test/support/containerd.ts'
import { startDockerd, type Dockerd } from '../../../test/support/dockerd.ts'
import { enlarged, mounting, needs, needsGoTool, root as asRoot } from '../../../test/support/needs.ts'
import { removePodman, runPodman } from '../../../test/support/podman.ts'
import { pathOf } from '../../../test/support/real-parts.ts'
import { must } from './support/real-content.ts'
import { runHere } from './support/run-here.ts'

const architecture = process.arch === 'x64' ? 'amd64' : process.arch
const app = (name: string): ImageBuilder =>
  image(name)
    .platform(`linux/${architecture}`)
    .layer({ 'etc/': '', 'etc/motd': `hello, ${name}` })
const elsewhere = image().platform('linux/ppc64le').layer({ elsewhere: 'yes' })

/** Images that are difficult on purpose, by name. */
const difficult: Readonly<Record<string, () => Seedable>> = {
  docker: () => app('t/docker:1').mediaTypes('docker'),
  index: () => index('t/index:1').add(elsewhere).add(app('t/of-index:1')),
  plain: () => app('t/plain:1').layer({ plain: 'yes' }, { compression: 'none' }),
  twice: () => app('t/twice:1').layer({ same: 'yes' }).layer({ other: 'yes' }).layer({ same: 'yes' }).layer({}),
}
const names = Object.keys(difficult)
/** Images that docker 20.10 does not load, and one of no layers. */
const hard: Readonly<Record<string, () => ImageBuilder>> = {
  none: () => image('t/none:1').platform(`linux/${architecture}`),
  zstd: () => app('t/zstd:1').layer({ zstd: 'yes' }, { compression: 'zstd' }),
  many: () =>
    Array.from({ length: 127 }).reduce<ImageBuilder>(
      (built, _, at) => built.layer({ [`f${at}`]: String(at) }),
      image('t/many:1').platform(`linux/${architecture}`),
    ),
}

describe('what lading saves', needs(enlarged), () => {
  let folder: string
  let registry: TestRegistry
  const ids = new Map<string, string>()
  const digests = new Map<string, string>()
  const at = (name: string): string => `${registry.host}/t/${name}:1`
  const archive = (format: string): string => join(folder, `${format}.tar`)

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lading-save-real-'))
    const busybox = existsSync('/usr/bin/busybox') ? '/usr/bin/busybox' : '/bin/busybox'
    const content = existsSync(busybox) ? await readFile(busybox) : new Uint8Array(1)
    const runs = app('t/runs:1')
      .layer({ 'bin/': '', 'bin/busybox': { content, mode: 0o755 } })
      .config({ Cmd: ['/bin/busybox', 'cat', '/etc/motd'] })
    registry = await startTestRegistry({
      images: [runs, ...Object.values({ ...difficult, ...hard }).map((make) => make())],
    })
  })
  afterAll(async () => {
    await registry?.close()
    await rm(folder, { recursive: true, force: true })
  })

  it('is one archive of each format', async () => {
    const root = join(folder, 'store')
    for (const name of ['runs', ...names]) {
      expect(await runHere(['pull', '-q', at(name)], { root })).toMatchObject({ code: 0 })
      ids.set(name, (await runHere(['images', '-q', '--no-trunc', at(name)], { root })).stdout.trim())
      digests.set(name, String(registry.repository(`t/${name}`).tags()['1']))
    }
    for (const format of ['docker', 'oci', 'both']) {
      const ended = await runHere(['save', '--format', format, '-o', archive(format), ...['runs', ...names].map(at)], {
        root,
      })
      expect(ended).toEqual({ code: 0, stdout: '', stderr: '' })
    }
    expect((await runHere(['save', '-o', archive('one'), at('runs')], { root })).code).toBe(0)
    for (const name of Object.keys(hard)) {
      const { code, stderr } = await runHere(['save', '--from-registry', '-o', archive(name), at(name)], { root })
      expect(code).toBe(0)
      expect(stderr).toContain({ none: '', zstd: 'docker before 23', many: 'docker loads 125 at most' }[name])
    }
  })

  describe('docker', needs('dockerd', 'docker', asRoot, mounting), () => {
    let dockerd: Dockerd
    const own = (): string => join(folder, 'd')
    beforeAll(async () => {
      await mkdir(own())
      dockerd = await startDockerd(own())
    }, 60_000)
    afterAll(() => dockerd?.close(), 60_000)

    it.each(['docker', 'both'])('loads all of it with its image IDs, and it runs: %s', async (format) => {
      const loaded = await dockerd.docker(['load', '-i', archive(format)])
      expect(loaded).toMatchObject({ code: 0, stderr: '' })
      for (const [name, id] of ids) {
        expect(loaded.stdout).toContain(`Loaded image: ${at(name)}`)
        expect((await dockerd.docker(['images', '-q', '--no-trunc', at(name)])).stdout.trim()).toBe(id)
      }
      const ran = await dockerd.docker(['run', '--rm', '--network', 'none', at('runs')])
      expect(ran).toMatchObject({ code: 0, stdout: 'hello, t/runs:1' })
      await dockerd.docker(['rmi', '-f', ...ids.values()])
    })

    it('loads an image without layers, and neither zstd nor 127 layers, of which it was told', async () => {
      expect((await dockerd.docker(['load', '-i', archive('none')])).stdout).toBe(`Loaded image: ${at('none')}\n`)
      expect((await dockerd.docker(['load', '-i', archive('zstd')])).code).not.toBe(0)
      expect((await dockerd.docker(['load', '-i', archive('many')])).stderr).toContain('max depth exceeded')
    })
  })

  // Of an OCI archive alone podman loads one image only.
  it.each(['both', 'one'])('podman loads it: %s', needs('podman'), async (format) => {
    const directory = await mkdtemp(join(tmpdir(), 'lading-podman-'))
    try {
      await runPodman(directory, ['load', '-q', '-i', archive(format)])
      if (format === 'one')
        for (const name of Object.keys(hard)) await runPodman(directory, ['load', '-q', '-i', archive(name)])
      for (const [name, id] of format === 'one' ? [['runs', ids.get('runs')] as const] : ids)
        expect((await runPodman(directory, ['images', '-q', '--no-trunc', at(name)])).trim()).toBe(id)
    } finally {
      await removePodman(directory)
    }
  })

  describe.each([
    [1, needs('containerd', 'ctr', asRoot)],
    [2, needs(containerd2, asRoot)],
  ] as const)('containerd %i', (major, need) => {
    describe('of this machine', need, () => {
      let containerd: Containerd
      const own = (): string => join(folder, `c${major}`)
      // The daemon of containerd 2 imports by itself, and unpacks for overlayfs alone.
      const importing = ['images', 'import', ...(major === 2 ? ['--local'] : []), '--snapshotter', 'native']
      beforeAll(async () => {
        await mkdir(own())
        containerd = await startContainerd(own(), { major })
      })
      afterAll(() => containerd?.close())

      it.each(['docker', 'both', 'oci'])(
        'imports and unpacks it, under its own digests where it has them: %s',
        async (format) => {
          await containerd.ctr(...importing, archive(format))
          const listed = await containerd.ctr('images', 'list')
          for (const name of digests.keys()) expect(listed).toContain(`${at(name)} `)
          const known = [...digests.values()].filter((digest) => listed.includes(digest))
          // A Docker manifest is made anew, and happens to be the same.
          expect(known.length).toBe(format === 'docker' ? 1 : digests.size)
          await containerd.ctr('images', 'remove', '--sync', ...[...ids.keys()].map(at))
        },
      )

      it('imports images of no layers, of zstd and of 127 layers', async () => {
        for (const name of Object.keys(hard)) {
          await containerd.ctr(...importing, archive(name))
          expect(await containerd.ctr('images', 'list')).toContain(`${at(name)} `)
        }
      })
    })
  })

  it('skopeo copies each image of it', needs('skopeo'), async () => {
    await mkdir(join(folder, 'copied'))
    for (const name of ids.keys()) {
      for (const from of [
        `docker-archive:${archive('both')}:${at(name)}`,
        `oci-archive:${archive('both')}:${at(name)}`,
      ]) {
        // By name skopeo 1.9 sees no Docker manifest in a layout.
        if (from.startsWith('oci') && name === 'docker') continue
        const to = join(folder, 'copied', `${from.split(':')[0]}-${name}`)
        await must(pathOf('skopeo'), ['--insecure-policy', 'copy', '-q', from, `dir:${to}`])
        const { config } = JSON.parse(await readFile(join(to, 'manifest.json'), 'utf8')) as {
          config: { digest: string }
        }
        expect(config.digest).toBe(ids.get(name))
      }
    }
  })

  it('umoci unpacks it', needs('umoci', 'tar'), async () => {
    const layout = join(folder, 'layout')
    await mkdir(layout)
    await must(pathOf('tar'), ['-C', layout, '-xf', archive('both')])
    expect((await must(pathOf('umoci'), ['ls', '--layout', layout])).split('\n')).toEqual(
      expect.arrayContaining(['runs', 'index'].map(at)),
    )
    const bundle = join(folder, 'bundle')
    await must(pathOf('umoci'), ['unpack', '--rootless', '--image', `${layout}:${at('runs')}`, bundle])
    expect(await readFile(join(bundle, 'rootfs/etc/motd'), 'utf8')).toBe('hello, t/runs:1')
  })

  it('crane and regctl take it', needsGoTool('crane', 'regctl'), async () => {
    const run = (program: string, ...args: readonly string[]): Promise<{ readonly stdout: string }> =>
      promisify(execFile)(pathOf(program), args, { env: { ...process.env, HOME: folder, DOCKER_CONFIG: folder } })
    expect((await run('crane', 'validate', '--tarball', archive('one'))).stdout).toContain('PASS')
    await run('crane', 'push', '--insecure', archive('one'), `${registry.host}/t/pushed:1`)
    const pushed = await runHere(['manifest', '--raw', `${registry.host}/t/pushed:1`])
    expect(pushed.stdout).toContain(ids.get('runs'))
    const to = `ocidir://${join(folder, 'imported')}:1`
    await run('regctl', 'image', 'import', to, archive('one'))
    expect((await run('regctl', 'image', 'digest', to)).stdout.trim()).toBe(digests.get('runs'))
  })
})
