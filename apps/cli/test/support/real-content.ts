import { createHash } from 'node:crypto'
import { cp, mkdir, symlink } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { isRoot } from '../../../../test/support/needs.ts'
import { pathOf } from '../../../../test/support/real-parts.ts'
import { start } from './lading.ts'

/** A layout made by umoci from real files: busybox, then one layer for each of the given parts of the machine's own /usr. */
export async function buildLayout(folder: string, parts: readonly string[]): Promise<string> {
  const layout = join(folder, 'layout')
  const rootfs = join(folder, 'rootfs')
  for (const directory of ['bin', 'etc', 'tmp', 'usr']) await mkdir(join(rootfs, directory), { recursive: true })
  const busybox = existsSync('/usr/bin/busybox') ? '/usr/bin/busybox' : '/bin/busybox'
  await cp(busybox, join(rootfs, 'bin/busybox'))
  await symlink('busybox', join(rootfs, 'bin/sh'))
  const umoci = pathOf('umoci')
  await must(umoci, ['init', '--layout', layout])
  await must(umoci, ['new', '--image', `${layout}:v1`])
  const insert = ['insert', ...(isRoot ? [] : ['--rootless']), '--image', `${layout}:v1`]
  await must(umoci, [...insert, rootfs, '/'])
  for (const [at, part] of parts.entries()) {
    // umoci opens what it reads as its owner may.
    const own = join(folder, `part-${at}`)
    await cp(part, own, { recursive: true, verbatimSymlinks: true })
    await must(umoci, [...insert, own, part])
  }
  await must(umoci, ['config', '--image', `${layout}:v1`, '--config.cmd', '/bin/sh', '--config.env', 'PATH=/bin'])
  return layout
}

/** skopeo from a layout (`oci:…`) or registry to the registry at `to`, without TLS. */
export async function skopeoCopy(from: string, to: string, ...extra: string[]): Promise<void> {
  await must(pathOf('skopeo'), [
    '--insecure-policy',
    'copy',
    '-q',
    '--src-tls-verify=false',
    '--dest-tls-verify=false',
    ...extra,
    from,
    to,
  ])
}

/** The manifest's exact bytes as skopeo sees them. */
export async function rawManifest(image: string): Promise<Buffer> {
  return Buffer.from(await must(pathOf('skopeo'), ['inspect', '--raw', '--tls-verify=false', image]))
}

export const sha256 = (bytes: Uint8Array | string): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`

const noLogins = process.env['REGISTRY_AUTH_FILE'] ?? ''

/** What a program printed that must succeed. */
export async function must(program: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await start(args, { node: [program], env: { REGISTRY_AUTH_FILE: noLogins } }).ended
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}\n${stderr}${stdout}`)
  return stdout
}
