import { spawnSync } from 'node:child_process'
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const mebibyte = 1024 * 1024
// What xfs needs at least.
const innerSize = 320 * mebibyte
const outerSize = 4096 * mebibyte

/** Mounted: `undefined` when it went well, otherwise why not. */
function run(program: string, args: readonly string[]): string | undefined {
  const { status, error, stderr } = spawnSync(program, args)
  if (status === 0) return undefined
  return `${program} ${args.join(' ')}: ${error?.message ?? stderr.toString().trim()}`
}

/** Runs them in order. @throws the first that fails */
function must(...commands: readonly (readonly string[])[]): void {
  for (const [program = '', ...args] of commands) {
    const failure = run(program, args)
    if (failure !== undefined) throw new Error(failure)
  }
}

export type FileSystemKind = 'ext4' | 'xfs'

export interface Disk {
  /** Where it is mounted. */
  readonly mounted: string
  /** A copy of its blocks at one moment, mounted; ends with `release`. */
  snapshot(): { readonly mounted: string; release(): void }
  release(): void
}

export interface Disks {
  make(kind: FileSystemKind): Disk
  release(): void
}

/**
 * Disks in files of an xfs that shares blocks: a copy of such a file (`cp --reflink`) is made while no write of it is
 * half done, so that it holds what had reached the disk at one moment, as after a power cut, and nothing that was in the
 * memory of the file system on it.
 *
 * @throws where one may not mount, or has no `mkfs`
 */
export function prepareDisks(folder: string): Disks {
  const outer = join(folder, 'outer')
  mkdirSync(outer)
  const image = imageOf(join(folder, 'outer.img'), outerSize)
  must(['mkfs.xfs', '-q', '-m', 'reflink=1', image], ['mount', '-o', 'loop', image, outer])
  return {
    make(kind) {
      const disk = imageOf(join(outer, `${kind}.img`), innerSize)
      const mounted = join(folder, kind)
      mkdirSync(mounted)
      must([`mkfs.${kind}`, '-q', disk], ['mount', '-o', 'loop', disk, mounted])
      return {
        mounted,
        snapshot() {
          const copy = join(outer, `${kind}-copy.img`)
          const at = join(folder, `${kind}-copy`)
          mkdirSync(at, { recursive: true })
          must(
            ['cp', '--reflink=always', disk, copy],
            // Two xfs of one id are refused otherwise.
            ['mount', '-o', kind === 'xfs' ? 'loop,nouuid' : 'loop', copy, at],
          )
          return { mounted: at, release: () => must(['umount', at], ['rm', copy]) }
        },
        release: () => must(['umount', mounted]),
      }
    },
    release: () => must(['umount', outer]),
  }
}

function imageOf(path: string, size: number): string {
  writeFileSync(path, '')
  truncateSync(path, size)
  return path
}

/** Why no such disks can be made here; `undefined`: they can. */
export function whyNoDisks(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root can mount'
  for (const program of ['mkfs.ext4', 'mkfs.xfs', 'mount', 'losetup']) {
    const failure = run('which', [program])
    if (failure !== undefined) return `not installed: ${program}`
  }
  return run('losetup', ['--find']) === undefined ? undefined : 'there are no loop devices'
}
