import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathOf } from '../../../../test/support/real-parts.ts'
import type { Dockerd } from '../../../../test/support/dockerd.ts'

/** Where a program has made a tree of an image, until it is let go. */
export interface MadeTree {
  readonly directory: string
  remove(): void
}

const run = (program: string, ...args: readonly string[]): string =>
  execFileSync(pathOf(program), args, { encoding: 'utf8', maxBuffer: 2 ** 30, stdio: ['ignore', 'pipe', 'pipe'] })
const drop = (directory: string) => (): void => rmSync(directory, { recursive: true, force: true })

/** An image of a layout, as each of the programs takes it. */
export interface GivenImage {
  readonly layout: string
  readonly tag: string
  /** The same as a docker-archive. */
  readonly archive: string
}

/** @param scratch where the archive is written */
export function giveImage(layout: string, tag: string, scratch: string): GivenImage {
  const archive = join(scratch, `${tag}.tar`)
  run('skopeo', 'copy', '-q', `oci:${layout}:${tag}`, `docker-archive:${archive}:peers/${tag}:1`)
  return { layout, tag, archive }
}

/** `umoci unpack`, as root. */
export function byUmoci({ layout, tag }: GivenImage, scratch: string): MadeTree {
  const bundle = join(scratch, `umoci-${tag}`)
  run('umoci', 'unpack', '--image', `${layout}:${tag}`, bundle)
  return { directory: join(bundle, 'rootfs'), remove: drop(bundle) }
}

/** `podman image mount`, of layers that it has unpacked to overlay file systems. */
export function byPodman({ archive }: GivenImage, scratch: string): MadeTree {
  const own = ['root', 'runroot', 'tmpdir'].flatMap((name) => [`--${name}`, join(scratch, `podman-${name}`)])
  const podman = (...args: readonly string[]): string =>
    run(
      'podman',
      ...own,
      '--storage-driver=overlay',
      '--cgroup-manager=cgroupfs',
      '--events-backend=none',
      ...args,
    ).trim()
  const id = podman('pull', '-q', `docker-archive:${archive}`)
  return {
    directory: podman('image', 'mount', id),
    remove() {
      podman('image', 'umount', id)
      podman('rmi', '-f', id)
    },
  }
}

/** Podman leaves this bound. */
export const unbindPodman = (scratch: string): void =>
  void spawnSync('umount', [join(scratch, 'podman-root', 'overlay')])

/** `docker export` of a container that never ran, and GNU tar. */
export async function byDocker({ docker }: Dockerd, { archive, tag }: GivenImage, scratch: string): Promise<MadeTree> {
  const [name, exported] = [`peers/${tag}:1`, join(scratch, 'exported.tar')]
  const ask = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await docker(args)
    if (code !== 0) throw new Error(`docker ${args.join(' ')}: ${stderr}`)
    return stdout.trim()
  }
  await ask('load', '-q', '-i', archive)
  const container = await ask('create', name)
  await ask('export', '-o', exported, container)
  return byTar([exported], scratch)
}

/** GNU tar, of layers that take nothing away, one after the other. */
export function byTar(archives: readonly string[], scratch: string): MadeTree {
  const directory = mkdtempSync(join(scratch, 'tar-'))
  for (const archive of archives)
    run('tar', '-x', '-p', '--numeric-owner', '--xattrs', '--xattrs-include=*', '-f', archive, '-C', directory)
  return { directory, remove: drop(directory) }
}
