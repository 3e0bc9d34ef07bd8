import { printable } from '@lading/errors'
import type { Platform } from '../platform.ts'

/** `linux/arm/v7`, `windows(10.0.17763+win32k)/amd64`: what `parsePlatform` reads. Safe to print. */
export function formatPlatform(platform: Platform): string {
  const { os, architecture, variant, osVersion = '', osFeatures = [] } = platform
  const details = [osVersion, ...osFeatures].join('+')
  const system = details === '' ? os : `${os}(${details})`
  return printable([system, architecture, ...(variant === undefined || variant === '' ? [] : [variant])].join('/'), 256)
}
