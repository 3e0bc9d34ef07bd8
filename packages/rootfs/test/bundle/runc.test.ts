import { spawnSync, execFile } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { ContainerConfig } from '@lading/manifest'
import { unpack, type UnpackImageOptions } from '@lading/rootfs'
import { afterAll, describe, expect, it } from 'vitest'
import { enlarged, needs, root } from '../../../../test/support/needs.ts'
import { pathOf } from '../../../../test/support/real-parts.ts'
import { archive, longTar } from './archives.ts'
import { imageOf } from '../support/image-of.ts'
import { ordinaryUser } from '../support/ordinary-user.ts'

const scratch = mkdtempSync(join(tmpdir(), 'lading-runc-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

/** Runs a bundle that is there, and returns what it prints. */
async function runBundle(bundle: string, name: string, ids: { uid?: number; gid?: number } = {}): Promise<string> {
  const state = join(bundle, '..', `state-${name}`)
  const args = ['--root', state, 'run', '--bundle', bundle, `lading-${process.pid}-${name}`]
  return (await promisify(execFile)(pathOf('runc'), args, ids)).stdout
}

/** A bundle of these layers, and what running it prints. */
async function run(
  name: string,
  layers: readonly Uint8Array[],
  config: ContainerConfig,
  options: UnpackImageOptions = {},
): Promise<string> {
  const bundle = join(scratch, name)
  const warnings: unknown[] = []
  const onEvent = (event: { readonly type: string }): void => {
    if (event.type === 'warning') warnings.push(event)
  }
  await unpack(imageOf(layers, config), bundle, { bundle: true, onEvent, ...options })
  expect(warnings).toEqual([])
  return runBundle(bundle, name)
}

/** In the file system's tree, the files' users are those of a map. */
const map = [{ container: 0, host: 100_000, size: 65_536 }]

describe('runc', needs('runc', 'busybox', root), () => {
  it('runs busybox as the user of the image, with its groups, environment, directory and volumes', async () => {
    const script =
      'id; echo $HOME $A $PATH; pwd; hostname; ls -ld /data | cut -c1-25; ls /data; touch /data/mine && echo ok'
    const config = {
      User: 'web',
      Entrypoint: ['/bin/sh', '-c'],
      Cmd: [script],
      Env: ['A=1', 'PATH=/bin'],
      WorkingDir: '/srv/web',
      Volumes: ['/data'],
      Labels: { a: 'b' },
      StopSignal: 'SIGQUIT',
    }
    const expected = [
      'uid=33(web) gid=34(www) groups=7(extra)',
      '/srv 1 /bin',
      '/srv/web',
      'lading',
      expect.stringMatching(/^drwxr-x--- +\d+ web/) as string,
      'seed',
      'ok',
      '',
    ]
    expect((await run('busybox', [archive('/bin/busybox')], config)).split('\n')).toEqual(expected)
    // The same in a user namespace.
    chmodSync(scratch, 0o711)
    const mapped = await run('mapped', [archive('/bin/busybox')], config, { uidMap: map, gidMap: map })
    expect(mapped.split('\n')).toEqual(expected)
  })

  it('runs what an ordinary user has unpacked, as that user', needs(enlarged), async () => {
    const user = ordinaryUser(scratch)
    const config = { Cmd: ['/bin/busybox', 'sh', '-c', 'id -u; ls -l /data/seed | cut -d" " -f1'] }
    await user.unpack(archive('/bin/busybox'), 'b', { bundle: true, config })
    expect(await runBundle(join(user.home, 'b'), 'rootless', user.ids)).toBe('0\n-rw-r--r--\n')
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
