import { execFile, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { ContainerConfig } from '@lading/manifest'
import { imageFilesOf, runtimeConfigOf, unpackLayers, type RuntimeConfigOptions } from '@lading/rootfs'
import { openImage } from '@lading/image'
import { afterAll, describe, expect, it } from 'vitest'
import { enlarged, needs, root } from '../../../../test/support/needs.ts'
import { pathOf } from '../../../../test/support/real-parts.ts'
import { archive, longTar } from './archives.ts'
import { imageOf } from '../hostile/view-outcome.ts'

const scratch = mkdtempSync(join(tmpdir(), 'lading-runc-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

/** A bundle of these layers, and what running it prints. */
async function run(
  name: string,
  layers: readonly Uint8Array[],
  config: ContainerConfig,
  options: Partial<RuntimeConfigOptions> = {},
): Promise<string> {
  const bundle = join(scratch, name)
  mkdirSync(bundle)
  await unpackLayers(
    layers.map((bytes, index) => ({
      name: String(index),
      async *open() {
        yield bytes
      },
    })),
    join(bundle, 'rootfs'),
  )
  const { source, manifest } = imageOf(layers)
  const image = await openImage(source, manifest)
  const made = await runtimeConfigOf({ ...image.config, config }, { files: imageFilesOf(image), ...options })
  expect(made.warnings).toEqual([])
  writeFileSync(join(bundle, 'config.json'), JSON.stringify(made.config))
  const args = ['--root', join(scratch, 'state'), 'run', '--bundle', bundle, `lading-${process.pid}-${name}`]
  return (await promisify(execFile)(pathOf('runc'), args)).stdout
}

describe('runc', needs('runc', 'busybox', root), () => {
  it('runs busybox as the user of the image, with its groups, environment, directory and volumes', async () => {
    const script =
      'id; echo $HOME $A $PATH; pwd; hostname; ls -ld /data | cut -c1-25; ls /data; touch /data/mine && echo ok'
    const printed = await run('busybox', [archive('/bin/busybox')], {
      User: 'web',
      Entrypoint: ['/bin/sh', '-c'],
      Cmd: [script],
      Env: ['A=1', 'PATH=/bin'],
      WorkingDir: '/srv/web',
      Volumes: ['/data'],
      Labels: { a: 'b' },
      StopSignal: 'SIGQUIT',
    })
    expect(printed.split('\n')).toEqual([
      'uid=33(web) gid=34(www) groups=7(extra)',
      '/srv 1 /bin',
      '/srv/web',
      'lading',
      expect.stringMatching(/^drwxr-x--- +\d+ web/) as string,
      'seed',
      'ok',
      '',
    ])
  })

  it('runs it as root of a user namespace', async () => {
    const printed = await run(
      'mapped',
      [archive('/bin/busybox')],
      { Cmd: ['/bin/busybox', 'id', '-u'] },
      { rootless: { uid: 0, gid: 0 } },
    )
    expect(printed).toBe('0\n')
  })
})

describe('debootstrap', needs('runc', 'debootstrap', root, enlarged), () => {
  it('its Debian runs', { timeout: 900_000 }, async () => {
    const tree = join(scratch, 'made')
    const made = spawnSync(pathOf('debootstrap'), ['--variant=minbase', 'bookworm', tree], { encoding: 'utf8' })
    expect(made.stdout).toContain('Base system installed successfully')
    const printed = await run('debian', [longTar(tree)], {
      User: 'nobody:games',
      Cmd: ['sh', '-c', 'id; dpkg-query -W -f "\\${Status}" dpkg; cat /etc/debian_version'],
    })
    expect(printed).toMatch(/^uid=65534\(nobody\) gid=60\(games\).*\ninstall ok installed12\./)
  })
})
