import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { archive as tar } from '../../../tar/test/support/build.ts'
import { directory, file, symlink } from '../hostile/row.ts'

/** A root file system of busybox with users, groups and a volume. */
export const archive = (busybox: string): Uint8Array =>
  tar(
    ...['bin/', 'etc/', 'proc/', 'sys/', 'dev/', 'srv/', 'srv/web/'].map((name) => directory(name)),
    directory('data/', { mode: 0o750, uid: 33, gid: 34 }),
    file('data/seed', 'x', { uid: 33 }),
    file('bin/busybox', readFileSync(busybox, 'latin1'), { mode: 0o755 }),
    ...['sh', 'id', 'ls', 'cut', 'touch', 'hostname', 'cat'].map((name) => symlink(`bin/${name}`, 'busybox')),
    file('etc/passwd', 'root:x:0:0::/:/bin/sh\nweb:x:33:34::/srv:/bin/sh\n'),
    file('etc/group', 'root:x:0:\nwww:x:34:\nextra:x:7:web\n'),
  )

/** A directory as GNU tar writes it, devices left out. */
export function longTar(directory_: string): Uint8Array {
  const { stdout, stderr, status } = spawnSync(
    'tar',
    ['--numeric-owner', '--exclude=./dev/*', '-C', directory_, '-cf', '-', '.'],
    { maxBuffer: 1024 ** 3 },
  )
  if (status !== 0) throw new Error(`tar: ${stderr.toString()}`)
  return stdout
}
