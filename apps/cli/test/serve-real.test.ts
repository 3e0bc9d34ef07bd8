import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { makeCertificate } from '@lading/test-registry'
import { describe, expect, it, onTestFinished } from 'vitest'
import { containerd2, startContainerd } from '../../../test/support/containerd.ts'
import { startDockerd } from '../../../test/support/dockerd.ts'
import { enlarged, mounting, needs, needsGoTool, root as asRoot } from '../../../test/support/needs.ts'
import { podmanForThisUser, removePodman, runPodman } from '../../../test/support/podman.ts'
import { pathOf } from '../../../test/support/real-parts.ts'
import { runHere } from './support/run-here.ts'
import { imageOfThisMachine, servingDockerIo, type ServingDockerIo } from './support/serving-docker-io.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

const execute = promisify(execFile)

/** bcrypt of cost 4 of `secret`. */
const secret = '$2b$04$blGnk0DljoRVH/badU3tpuL3wBVyAc2cee.Q6OimviVXESN6Pjtp2'

const name = 'docker.io/library/app:1'
const threeBlobsOnce = [1, 1, 1]
const served = (...args: readonly string[]): Promise<ServingDockerIo> =>
  servingDockerIo([imageOfThisMachine('library/app:1')], args)

describe('through lading serve', () => {
  it('lading pulls by --mirror and by name', needs(enlarged), async () => {
    const { host, url, left } = await served()
    const pull = async (...args: readonly string[]): Promise<number | null> =>
      (await runHere(['pull', '-q', ...args], { root: join(await temporaryDirectory(), 'store') })).code
    expect(await pull('--mirror', url, 'app:1')).toBe(0)
    expect(await pull(`${host}/docker.io/library/app:1`)).toBe(0)
    expect(await pull(`${host}/app:1`)).toBe(0)
    expect(left()).toEqual(threeBlobsOnce)
  })

  it('skopeo copies, over TLS and with a password', needs('skopeo', enlarged), async () => {
    const directory = await temporaryDirectory()
    const own = makeCertificate({ hosts: ['127.0.0.1'] })
    const file = (each: string): string => join(directory, each)
    await mkdir(file('certs'))
    await Promise.all([
      writeFile(file('certs/ca.crt'), own.cert),
      writeFile(file('key'), own.key),
      writeFile(file('users'), `ann:${secret}\n`),
    ])
    const line = `--tls-cert ${file('certs/ca.crt')} --tls-key ${file('key')} --htpasswd ${file('users')}`
    const { host, left } = await served(...line.split(' '))
    const copy = (login: string, to: string): Promise<unknown> =>
      execute(pathOf('skopeo'), [
        '--insecure-policy',
        'copy',
        '--src-cert-dir',
        file('certs'),
        '--src-creds',
        login,
        `docker://${host}/library/app:1`,
        `dir:${file(to)}`,
      ])
    await expect(copy('ann:wrong', 'none')).rejects.toThrow(/authentication|unauthorized/i)
    await Promise.all([copy('ann:secret', 'one'), copy('ann:secret', 'two')])
    expect((await readdir(file('one'))).length).toBe(5)
    expect(left()).toEqual(threeBlobsOnce)
  })

  it('docker pulls with registry-mirrors', needs('dockerd', 'docker', asRoot, mounting, enlarged), async () => {
    const { url, left } = await served()
    const folder = await mkdtemp(join(tmpdir(), 'lading-docker-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    const dockerd = await startDockerd(folder, { mirror: url })
    onTestFinished(() => dockerd.close())
    expect(await dockerd.docker(['pull', 'app:1'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Downloaded newer image for app:1') as string,
    })
    expect(left()).toEqual(threeBlobsOnce)
  })

  for (const [major, parts] of [
    [1, ['containerd', 'ctr', asRoot, mounting, enlarged]],
    [2, [containerd2, asRoot, mounting, enlarged]],
  ] as const)
    it(`containerd ${major} pulls with a hosts.toml`, needs(...parts), async () => {
      const { url, left } = await served()
      const folder = await temporaryDirectory()
      await mkdir(join(folder, 'certs.d/docker.io'), { recursive: true })
      await writeFile(
        join(folder, 'certs.d/docker.io/hosts.toml'),
        `server = "https://registry-1.docker.io"\n\n[host."${url}"]\n  capabilities = ["pull", "resolve"]\n`,
      )
      const containerd = await startContainerd(folder, { major })
      onTestFinished(() => containerd.close())
      // With containerd 2 the daemon does it otherwise, and has no place to unpack to without the CRI.
      const here = major === 2 ? ['--local'] : []
      const hosts = ['--snapshotter', 'native', '--hosts-dir', join(folder, 'certs.d')]
      const pulled = await containerd.ctr('images', 'pull', ...here, ...hosts, name)
      expect(pulled).toContain('done')
      expect(left()).toEqual(threeBlobsOnce)
    })

  for (const [major, parts] of [
    [1, ['containerd', asRoot, mounting, enlarged]],
    [2, [containerd2, asRoot, mounting, enlarged]],
  ] as const)
    it(
      `the node of a kubelet pulls by the CRI of containerd ${major}`,
      { ...needsGoTool('crictl'), ...needs(...parts) },
      async () => {
        const { url, left } = await served()
        const folder = await temporaryDirectory()
        const certs = join(folder, 'certs.d')
        await mkdir(join(certs, 'docker.io'), { recursive: true })
        await writeFile(
          join(certs, 'docker.io/hosts.toml'),
          `server = "https://registry-1.docker.io"\n\n[host."${url}"]\n  capabilities = ["pull", "resolve"]\n`,
        )
        const containerd = await startContainerd(folder, { major, cri: { hosts: certs } })
        onTestFinished(() => containerd.close())
        const crictl = async (...args: readonly string[]): Promise<string> =>
          (await execute(pathOf('crictl'), ['--image-endpoint', `unix://${containerd.socket}`, ...args])).stdout
        expect(await crictl('pull', name)).toContain('Image is up to date')
        expect(await crictl('images')).toContain('docker.io/library/app')
        expect(left()).toEqual(threeBlobsOnce)
      },
    )

  it('podman pulls with a registries.conf', needs('podman', podmanForThisUser, enlarged), async () => {
    const { host, left } = await served()
    const folder = await mkdtemp(join(tmpdir(), 'lading-podman-'))
    onTestFinished(() => removePodman(folder))
    await writeFile(
      join(folder, 'registries.conf'),
      `[[registry]]\nprefix = "docker.io"\nlocation = "docker.io"\n\n[[registry.mirror]]\nlocation = "${host}/docker.io"\ninsecure = true\n`,
    )
    await runPodman(folder, ['pull', name], { env: { CONTAINERS_REGISTRIES_CONF: join(folder, 'registries.conf') } })
    expect(await runPodman(folder, ['images', '--noheading'])).toContain('docker.io/library/app')
    expect(left()).toEqual(threeBlobsOnce)
  })
})
