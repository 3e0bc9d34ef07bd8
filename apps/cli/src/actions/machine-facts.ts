import { existsSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { availableParallelism, machine, release, totalmem } from 'node:os'
import { dirname } from 'node:path'
import { storeFormat } from '@lading/content-store'
import type { GlobalOptions } from '../command-options.ts'
import type { CommandContext } from '../context.ts'
import { systemTraits } from '../process/system-traits.ts'
import { describeError } from '../process/report-error.ts'
import { program, type Program } from './describe-program.ts'
import { rootOf, withStore } from './open-store.ts'

/** What a report of a bug needs. No names of images or registries, and nothing secret. */
export interface MachineFacts {
  readonly program: Program
  readonly machine: {
    readonly kernel: string
    /** As the kernel says it: `x86_64`. */
    readonly architecture: string
    readonly processors: number
    /** Bytes. */
    readonly memory: number
  }
  readonly store: {
    readonly root: string
    readonly exists: boolean
    readonly format: number
    readonly names?: number | undefined
    readonly images?: number | undefined
    /** Why it cannot be read. */
    readonly failure?: string | undefined
    /** In bytes; absent where the system does not say. */
    readonly disk?: { readonly type: string; readonly size: number; readonly free: number } | undefined
  }
  /** Files and variables that are there, by where they are. */
  readonly registries: {
    readonly files: readonly string[]
    readonly logins: readonly string[]
    readonly proxies: readonly string[]
  }
  /** Names of variables that are set and mean something to us. */
  readonly variables: readonly string[]
}

const meaningful =
  /^(?:LADING_.*|DOCKER_(?:HOST|CONFIG|DEFAULT_PLATFORM|AUTH_CONFIG)|REGISTRY_AUTH_FILE|XDG_.*_HOME|NODE_(?:OPTIONS|EXTRA_CA_CERTS|COMPILE_CACHE|DISABLE_COMPILE_CACHE)|SSL_CERT_(?:FILE|DIR)|(?:HTTPS?|ALL|NO)_PROXY|NO_COLOR)$/i

export async function machineFacts(options: GlobalOptions, context: CommandContext): Promise<MachineFacts> {
  const { variables } = context.environment
  const root = rootOf(options, context)
  return {
    program: program(),
    machine: { kernel: release(), architecture: machine(), processors: availableParallelism(), memory: totalmem() },
    store: {
      root,
      exists: existsSync(root),
      format: storeFormat.version,
      ...(await countImages(options, context)),
      disk: await diskOf(root),
    },
    registries: await placesOf(context),
    variables: Object.keys(variables)
      .filter((name) => meaningful.test(name) && variables[name] !== '')
      .toSorted(),
  }
}

async function countImages(
  options: GlobalOptions,
  context: CommandContext,
): Promise<Pick<MachineFacts['store'], 'names' | 'images' | 'failure'>> {
  try {
    const images = await withStore({ ...options, readOnly: true }, context, (store) =>
      store.images({ signal: context.signal }),
    )
    return { names: images.length, images: new Set(images.map(({ id }) => id)).size }
  } catch (error) {
    context.signal.throwIfAborted()
    return { failure: describeError(error) }
  }
}

/** As Linux numbers them. */
const fileSystems: ReadonlyMap<number, string> = new Map([
  [0xef53, 'ext4'],
  [0x01021994, 'tmpfs'],
  [0x794c7630, 'overlay'],
  [0x9123683e, 'btrfs'],
  [0x58465342, 'xfs'],
  [0x2fc12fc1, 'zfs'],
  [0xf2f52010, 'f2fs'],
  [0xca451a4e, 'bcachefs'],
  [0x6969, 'nfs'],
  [0xff534d42, 'cifs'],
  [0xfe534d42, 'smb2'],
  [0x01021997, '9p'],
  [0x65735546, 'fuse'],
])

/** Of the nearest directory that is there. */
async function diskOf(path: string): Promise<MachineFacts['store']['disk']> {
  try {
    const { type, bsize, blocks, bavail } = await statfs(path)
    const name = systemTraits().numbersFileSystems ? fileSystems.get(type) : undefined
    return { type: name ?? `type 0x${type.toString(16)}`, size: blocks * bsize, free: bavail * bsize }
  } catch {
    return dirname(path) === path ? undefined : diskOf(dirname(path))
  }
}

/** What cannot be read is passed over: the commands that need it say so. */
async function placesOf({ environment, signal }: CommandContext): Promise<MachineFacts['registries']> {
  const env = environment.variables
  const { hostsPlacesFromEnv } = await import('@lading/registry-client/hosts')
  const { listCredentials } = await import('@lading/credentials')
  const places = hostsPlacesFromEnv({ env })
  const known = await listCredentials({ env, signal }).catch(() => [])
  return {
    files: Object.values(places)
      .flat()
      .filter((path): path is string => typeof path === 'string' && existsSync(path)),
    logins: [...new Set(known.map(({ place }) => place))],
    proxies: Object.keys(env).filter((name) => /^(?:https?|all|no)_proxy$/i.test(name) && env[name] !== ''),
  }
}
