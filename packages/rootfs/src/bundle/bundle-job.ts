import type { ImageConfig } from '@lading/manifest'
import type { IdMap, OwnerOptions } from '../owners.ts'
import type { RuntimeConfigOptions } from './runtime-config-of.ts'
import type { IdMapping } from './runtime-config.ts'

/** What a bundle has beside its tree, in a form that can be sent between threads. */
export interface BundleJob {
  /** The bundle's directory: open. */
  readonly directory: number
  readonly image: ImageConfig
  readonly config: Omit<RuntimeConfigOptions, 'files' | 'signal'>
}

/** In a bundle, where `runc run` looks for it. */
export const bundleParts = { config: 'config.json', tree: 'rootfs' } as const

/** The user who runs the container: if rootless, the one who unpacks, with the users in the maps. */
export function runnerOf({ rootless = false, uidMap, gidMap }: OwnerOptions): BundleJob['config'] {
  const [uidMappings, gidMappings] = [mappingsOf(uidMap), mappingsOf(gidMap)]
  if (rootless) {
    const [uid, gid] = [process.geteuid?.() ?? 0, process.getegid?.() ?? 0]
    return { rootless: { uid, gid }, uidMappings, gidMappings }
  }
  if (uidMappings === undefined && gidMappings === undefined) return {}
  // A user namespace needs both maps; without a map the IDs on disk are those of the image.
  return { uidMappings: uidMappings ?? unchanged, gidMappings: gidMappings ?? unchanged }
}

const unchanged: readonly IdMapping[] = [{ containerID: 0, hostID: 0, size: 2 ** 32 - 1 }]

const mappingsOf = (maps: readonly IdMap[] | undefined): readonly IdMapping[] | undefined =>
  maps === undefined || maps.length === 0
    ? undefined
    : maps.map(({ container, host, size }) => ({ containerID: container, hostID: host, size }))
