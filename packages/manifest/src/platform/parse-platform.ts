import { printable } from '@lading/errors'
import { ManifestError } from '../manifest-error.ts'
import type { Platform } from '../platform.ts'
import { isKnownArchitecture, isKnownSystem } from './known-platforms.ts'
import { normalizePlatform } from './normalize-platform.ts'

export interface ParsePlatformOptions {
  /** What a single word leaves open. Default: `linux` for a lone architecture; a lone system is refused. */
  readonly host?: Platform | undefined
}

const part = /^[A-Za-z0-9_.-]+$/
const system = /^([A-Za-z0-9_-]+)(?:\(([A-Za-z0-9_.-]*)((?:\+[A-Za-z0-9_.-]+)*)\))?$/
const longest = 256

/**
 * `os/arch[/variant]`, `arch` or `os` alone, and `windows(10.0.17763+win32k)/amd64`, normalised. A single word is
 * a system if it is known as one, else an architecture.
 *
 * @throws ManifestError `PLATFORM_INVALID`
 */
export function parsePlatform(text: string, options: ParsePlatformOptions = {}): Platform {
  const parts = text.split('/', 4)
  const [first = '', architecture, variant] = parts
  const match = text.length > longest ? null : system.exec(first)
  if (match === null || parts.length > 3 || parts.slice(1).some((one) => !part.test(one))) {
    throw invalid(text, text.includes('*') ? 'wildcards are not supported; name one platform' : undefined)
  }
  const [, os = '', osVersion = '', features = ''] = match
  const named = {
    ...(osVersion === '' ? {} : { osVersion }),
    ...(features === '' ? {} : { osFeatures: features.slice(1).split('+') }),
  }
  if (architecture !== undefined)
    return normalizePlatform({ os, architecture, ...(variant === undefined ? {} : { variant }), ...named })
  return normalizePlatform({ ...oneWord(text, os, options.host), ...named })
}

function oneWord(text: string, word: string, host: Platform | undefined): Platform {
  if (isKnownSystem(word)) {
    if (host === undefined) throw invalid(text, `it says no architecture; write ${word.toLowerCase()}/amd64`)
    return {
      os: word,
      architecture: host.architecture,
      ...(host.variant === undefined ? {} : { variant: host.variant }),
    }
  }
  // `linux(1)` has a version, and a version belongs to a system.
  if (isKnownArchitecture(word) && word === text) return { os: host?.os ?? 'linux', architecture: word }
  throw invalid(text)
}

function invalid(
  text: string,
  hint = 'write os/arch or os/arch/variant, for example linux/arm64 or linux/arm/v7',
): ManifestError {
  return new ManifestError('PLATFORM_INVALID', `"${printable(text, 100)}" is not a platform`, {
    hint,
    actual: printable(text, 100),
  })
}
