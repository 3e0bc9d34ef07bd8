import type { Platform } from '../platform.ts'

const systems: Readonly<Record<string, string>> = { macos: 'darwin' }
const architectures: Readonly<Record<string, { readonly architecture: string; readonly variant?: string }>> = {
  i386: { architecture: '386' },
  x86_64: { architecture: 'amd64' },
  'x86-64': { architecture: 'amd64' },
  aarch64: { architecture: 'arm64' },
  armhf: { architecture: 'arm', variant: 'v7' },
  armel: { architecture: 'arm', variant: 'v6' },
}
/** Per architecture: variants that have another name, or (`''`) go without saying. */
const variants: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  amd64: { v1: '' },
  arm64: { '8': '', v8: '', 'v8.0': '', '9': 'v9', '9.0': 'v9', 'v9.0': 'v9' },
  arm: { '': 'v7', '5': 'v5', '6': 'v6', '7': 'v7', '8': 'v8' },
}

/**
 * One spelling for every platform, as containerd has it: lower case, `x86_64` to `amd64`, `aarch64` to `arm64`,
 * `armhf` to `arm/v7`, `arm` to `arm/v7`, `arm64/v8` to `arm64`, `amd64/v1` to `amd64` …
 */
export function normalizePlatform(platform: Platform): Platform {
  const os = platform.os.toLowerCase()
  const named = platform.architecture.toLowerCase()
  const alias = own(architectures, named)
  const architecture = alias?.architecture ?? named
  const stated = alias?.variant ?? platform.variant?.toLowerCase() ?? ''
  const variant = own(own(variants, architecture) ?? {}, stated) ?? stated
  return {
    os: own(systems, os) ?? os,
    architecture,
    ...(variant === '' ? {} : { variant }),
    ...(platform.osVersion === undefined ? {} : { osVersion: platform.osVersion }),
    ...(platform.osFeatures === undefined ? {} : { osFeatures: platform.osFeatures }),
  }
}

function own<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined
}
