import type { Platform } from '../platform.ts'
import { normalizePlatform } from './normalize-platform.ts'

const architectures: Readonly<Record<string, string>> = {
  x64: 'amd64',
  ia32: '386',
  ppc64: 'ppc64le',
  mipsel: 'mipsle',
}

/**
 * `linux/<architecture>` of a machine that Node runs on: containers are Linux also where the host is macOS or Windows.
 *
 * @param arch `process.arch`; `ppc64` is taken for little endian, as every Linux build of Node for it is
 * @param armVersion `process.config.variables.arm_version` (`'6'`, `'7'`); 32-bit arm without it counts as v7
 */
export function platformOfNode(arch: string, armVersion?: string): Platform {
  const architecture = Object.hasOwn(architectures, arch) ? (architectures[arch] ?? arch) : arch
  return normalizePlatform({
    os: 'linux',
    architecture,
    ...(arch === 'arm' && armVersion !== undefined ? { variant: armVersion } : {}),
  })
}
