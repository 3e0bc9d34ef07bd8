import type { AbortOptions } from '@lading/clock'
import type { ContainerConfig } from '@lading/manifest'
import type { ImageFiles } from './account-files.ts'
import { isMapped } from './mounts-of.ts'
import type { IdMapping, RuntimeConfigWarning, RuntimeMount } from './runtime-config.ts'

/** Where runtimes mount file systems of their own. */
const taken: readonly string[] = ['/proc', '/sys', '/dev']

/**
 * A file system in memory for each volume, so that what is written there stays out of the root (image-spec, conversion.md,
 * "Optional Fields"): with the owner and the permissions of the directory in the image, and a copy of its content.
 */
export async function volumesOf(
  { Volumes = [] }: ContainerConfig,
  { files, uids, gids, signal }: VolumeOptions,
): Promise<{ readonly mounts: readonly RuntimeMount[]; readonly warnings: readonly RuntimeConfigWarning[] }> {
  const mounts: RuntimeMount[] = []
  const warnings: RuntimeConfigWarning[] = []
  const destinations = new Set<string>()
  for (const volume of Volumes.toSorted()) {
    const destination = cleaned(volume)
    if (destination === undefined) {
      warnings.push({ kind: 'volume', subject: volume, message: 'nothing can be mounted there, so it is left out' })
      continue
    }
    if (destinations.has(destination)) continue
    destinations.add(destination)
    const found = await files.directory(destination, { signal })
    const owner =
      found === undefined
        ? []
        : [
            `mode=${(found.mode & 0o7777).toString(8).padStart(4, '0')}`,
            ...(isMapped(found.uid, uids) ? [`uid=${found.uid}`] : []),
            ...(isMapped(found.gid, gids) ? [`gid=${found.gid}`] : []),
          ]
    const options = ['rw', 'nosuid', 'nodev', 'relatime', 'tmpcopyup', ...owner]
    mounts.push({ destination, type: 'tmpfs', source: 'tmpfs', options })
  }
  return { mounts, warnings }
}

interface VolumeOptions extends AbortOptions {
  readonly files: ImageFiles
  readonly uids: readonly IdMapping[] | undefined
  readonly gids: readonly IdMapping[] | undefined
}

/** The path without redundant parts; `undefined` if nothing can be mounted there. */
function cleaned(volume: string): string | undefined {
  const parts = volume.split('/').filter((part) => part !== '' && part !== '.')
  const path = `/${parts.join('/')}`
  const inside = taken.some((place) => path === place || path.startsWith(`${place}/`))
  return !volume.startsWith('/') || volume.includes('\0') || parts.length === 0 || parts.includes('..') || inside
    ? undefined
    : path
}
