import type { IdMapping, RuntimeMount } from './runtime-config.ts'

/** The file systems that programs on Linux expect (runtime-spec, config-linux.md, "Default Filesystems"). */
export function defaultMounts({ gids, ownNetwork }: DefaultMounts): readonly RuntimeMount[] {
  const closed = ['nosuid', 'noexec', 'nodev']
  return [
    { destination: '/proc', type: 'proc', source: 'proc', options: closed },
    {
      destination: '/dev',
      type: 'tmpfs',
      source: 'tmpfs',
      options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'],
    },
    {
      destination: '/dev/pts',
      type: 'devpts',
      source: 'devpts',
      options: [
        'nosuid',
        'noexec',
        'newinstance',
        'ptmxmode=0666',
        'mode=0620',
        ...(isMapped(tty, gids) ? ['gid=5'] : []),
      ],
    },
    { destination: '/dev/shm', type: 'tmpfs', source: 'shm', options: [...closed, 'mode=1777', 'size=65536k'] },
    { destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: closed },
    ...(ownNetwork
      ? [
          { destination: '/sys', type: 'sysfs', source: 'sysfs', options: [...closed, 'ro'] },
          { destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup', options: [...closed, 'relatime', 'ro'] },
        ]
      : // The kernel lets only the owner of a network namespace mount sysfs.
        [{ destination: '/sys', type: 'none', source: '/sys', options: ['rbind', ...closed, 'ro'] }]),
  ]
}

interface DefaultMounts {
  readonly gids: readonly IdMapping[] | undefined
  readonly ownNetwork: boolean
}

/** The group that terminals belong to, on every distribution. */
const tty = 5

/** Without mappings every ID is there. */
export const isMapped = (id: number, mappings: readonly IdMapping[] | undefined): boolean =>
  mappings === undefined || mappings.some(({ containerID, size }) => id >= containerID && id < containerID + size)
