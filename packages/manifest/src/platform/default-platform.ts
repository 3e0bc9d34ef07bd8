import type { Platform } from '../platform.ts'
import { parsePlatform } from './parse-platform.ts'
import { platformOfNode } from './platform-of-node.ts'

/** As much of `process` as is read; not every runtime has one. */
interface HostProcess {
  readonly arch?: string | undefined
  readonly config?:
    | { readonly variables?: { readonly arm_version?: string | number | undefined } | undefined }
    | undefined
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
}

const hostProcess = (): HostProcess => (globalThis as { process?: HostProcess }).process ?? {}

/**
 * The platform of images by default: `linux/<architecture of this process>`, with the variant of a 32-bit arm. The same on
 * every host, since images for macOS do not exist and those for Windows are asked for by name. `linux/amd64` where no
 * process says what it runs on.
 */
export function defaultPlatform(): Platform {
  const { arch = 'x64', config } = hostProcess()
  const armVersion = config?.variables?.arm_version
  return platformOfNode(arch, armVersion === undefined ? undefined : String(armVersion))
}

/**
 * What `DOCKER_DEFAULT_PLATFORM` asks for, docker's variable for a platform other than this machine's; `undefined` where
 * it is not set.
 *
 * @throws ManifestError `PLATFORM_INVALID`
 */
export function platformFromEnv({
  env = hostProcess().env ?? {},
}: { readonly env?: Readonly<Record<string, string | undefined>> | undefined } = {}): Platform | undefined {
  const text = env['DOCKER_DEFAULT_PLATFORM']
  return text ? parsePlatform(text) : undefined
}
