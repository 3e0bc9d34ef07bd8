import type { AbortOptions } from '@lading/clock'
import { printable } from '@lading/errors'
import type { ImageConfig } from '@lading/manifest'
import { RootfsError } from '../rootfs-error.ts'
import { readAccountFiles, type ImageFiles } from './account-files.ts'
import { annotationsOf } from './annotations-of.ts'
import { defaultMounts, isMapped } from './mounts-of.ts'
import { argumentsOf, directoryOf, environmentOf } from './process-of.ts'
import type { IdMapping, RuntimeConfig, RuntimeConfigWarning, RuntimeUser } from './runtime-config.ts'
import { userOf, type ResolvedUser } from './user-of.ts'
import { volumesOf } from './volumes-of.ts'

export interface RuntimeConfigOptions extends AbortOptions {
  /** For looking up users and groups, and for the initial content of volumes. */
  readonly files: ImageFiles
  /** The user who will run the container without privileges. Default: root. */
  readonly rootless?: { readonly uid: number; readonly gid: number } | undefined
  /** The user IDs of a user namespace. Default: none; if rootless, only the user who runs it, as root. */
  readonly uidMappings?: readonly IdMapping[] | undefined
  /** The group IDs of a user namespace; as `uidMappings`. */
  readonly gidMappings?: readonly IdMapping[] | undefined
  /** Default `lading`. */
  readonly hostname?: string | undefined
  /** Default false, with which `runc run` works with and without a terminal. */
  readonly terminal?: boolean | undefined
  /** The root file system, relative to the bundle. Default `rootfs`. */
  readonly rootPath?: string | undefined
}

/** What `runc spec` gives a process. */
const capabilities: readonly string[] = ['CAP_AUDIT_WRITE', 'CAP_KILL', 'CAP_NET_BIND_SERVICE']

const maskedPaths: readonly string[] = [
  '/proc/acpi',
  '/proc/asound',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/sys/firmware',
]
const readonlyPaths: readonly string[] = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger']

/**
 * The configuration of an image for a runtime (image-spec, conversion.md; runtime-spec, config.md): `config.json` of a bundle, as
 * `runc run` reads it. `warnings` lists what is left out of it.
 *
 * @throws RootfsError `BUNDLE_USER_UNKNOWN`; `BUNDLE_UNSUPPORTED` for an image of another system than Linux; what `files` throws
 */
export async function runtimeConfigOf(
  image: ImageConfig,
  {
    files,
    rootless,
    hostname = 'lading',
    terminal = false,
    rootPath = 'rootfs',
    signal,
    ...maps
  }: RuntimeConfigOptions,
): Promise<{ readonly config: RuntimeConfig; readonly warnings: readonly RuntimeConfigWarning[] }> {
  refuseForeign(image)
  const { config = {} } = image
  const uids = maps.uidMappings ?? only(rootless?.uid)
  const gids = maps.gidMappings ?? only(rootless?.gid)
  const found = userOf(config.User ?? '', await readAccountFiles(files, { signal }))
  // With only one mapped ID, setting additional groups is forbidden.
  const groupsAllowed = rootless === undefined || maps.gidMappings !== undefined
  const user = userIn({ uids, gids, groupsAllowed }, found, config.User ?? '')
  const { env, warnings: variables } = environmentOf(config, found.home)
  const { annotations, warnings: labels } = annotationsOf(image)
  const volumes = await volumesOf(config, { files, uids, gids, signal })
  const privileged = rootless === undefined
  return {
    config: {
      ociVersion: '1.0.2',
      process: {
        terminal,
        user: user.user,
        args: argumentsOf(config),
        env,
        cwd: directoryOf(config),
        capabilities: { bounding: capabilities, effective: capabilities, permitted: capabilities },
        rlimits: [{ type: 'RLIMIT_NOFILE', hard: 1024, soft: 1024 }],
        noNewPrivileges: true,
      },
      root: { path: rootPath },
      hostname,
      mounts: [...defaultMounts({ gids, ownNetwork: privileged }), ...volumes.mounts],
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
      linux: {
        ...(uids === undefined ? {} : { uidMappings: uids }),
        ...(gids === undefined ? {} : { gidMappings: gids }),
        ...(privileged ? { resources: { devices: [{ allow: false, access: 'rwm' }] } } : {}),
        namespaces: [
          { type: 'pid' },
          { type: 'ipc' },
          { type: 'uts' },
          { type: 'mount' },
          ...(privileged ? [{ type: 'network' as const }] : []),
          ...(uids === undefined && gids === undefined ? [] : [{ type: 'user' as const }]),
        ],
        maskedPaths,
        readonlyPaths,
      },
    },
    warnings: [...user.warnings, ...variables, ...labels, ...volumes.warnings],
  }
}

const only = (id: number | undefined): readonly IdMapping[] | undefined =>
  id === undefined ? undefined : [{ containerID: 0, hostID: id, size: 1 }]

interface UserSpace {
  readonly uids: readonly IdMapping[] | undefined
  readonly gids: readonly IdMapping[] | undefined
  readonly groupsAllowed: boolean
}

/** Runtimes refuse IDs that are not in the namespace. */
function userIn(
  { uids, gids, groupsAllowed }: UserSpace,
  { uid, gid, additionalGids }: ResolvedUser,
  name: string,
): { readonly user: RuntimeUser; readonly warnings: readonly RuntimeConfigWarning[] } {
  if (!isMapped(uid, uids) || !isMapped(gid, gids)) {
    const message = `${uid}:${gid} is not among the mapped IDs, so the command runs as root of its namespace`
    return { user: { uid: 0, gid: 0 }, warnings: [{ kind: 'user', subject: name, message }] }
  }
  const others = groupsAllowed ? additionalGids.filter((other) => isMapped(other, gids)) : []
  return { user: { uid, gid, ...(others.length === 0 ? {} : { additionalGids: others }) }, warnings: [] }
}

/** @throws RootfsError `BUNDLE_UNSUPPORTED` */
export function refuseForeign({ os }: Pick<ImageConfig, 'os'>): void {
  if (os === '' || os === 'linux') return
  throw new RootfsError('BUNDLE_UNSUPPORTED', `cannot create a bundle from an image for ${printable(os, 50)}`, {
    actual: printable(os, 50),
    hint: 'unpack it without a bundle, or choose its variant for Linux with --platform linux/…',
  })
}
