import type { Platform } from '../platform.ts'
import { normalizePlatform } from './normalize-platform.ts'

/** An architecture and variant, normalised; no variant is `''`. */
interface Machine {
  readonly architecture: string
  readonly variant: string
}

/**
 * What a machine of this platform runs, closest first: its own architecture and variant, then what it is backward
 * compatible with (amd64/vN down to v1, then 386; arm/vN down to v5; arm64 v9.x down to v9, v8.(x+5) down to v8, then
 * 32-bit arm). Every other architecture runs itself only.
 */
export function platformFallbacks(wanted: Platform): readonly Machine[] {
  const { architecture, variant = '' } = normalizePlatform(wanted)
  if (architecture === 'amd64') return amd64(variant)
  if (architecture === 'arm') return arm(variant)
  if (architecture === 'arm64') return arm64(variant)
  return [{ architecture, variant }]
}

function amd64(variant: string): readonly Machine[] {
  const level = numbered(/^v([1-9])$/, variant === '' ? 'v1' : variant)
  if (level === undefined) return [{ architecture: 'amd64', variant }]
  return [
    ...down(level, 1).map((n) => ({ architecture: 'amd64', variant: n === 1 ? '' : `v${n}` })),
    { architecture: '386', variant: '' },
  ]
}

function arm(variant: string): readonly Machine[] {
  const level = numbered(/^v([5-9])$/, variant)
  if (level === undefined) return [{ architecture: 'arm', variant }]
  return down(level, 5).map((n) => ({ architecture: 'arm', variant: `v${n}` }))
}

function arm64(variant: string): readonly Machine[] {
  const nine = numbered(/^v9(?:\.([0-9]{1,2}))?$/, variant)
  const eight = nine === undefined ? numbered(/^v8(?:\.([0-9]{1,2}))?$/, variant === '' ? 'v8' : variant) : nine + 5
  if (eight === undefined) return [{ architecture: 'arm64', variant }]
  return [
    ...(nine === undefined ? [] : down(nine, 0).map((n) => (n === 0 ? 'v9' : `v9.${n}`))),
    ...down(eight, 0).map((n) => (n === 0 ? '' : `v8.${n}`)),
  ]
    .map((name) => ({ architecture: 'arm64', variant: name }))
    .concat(arm('v8'))
}

/** The number in a variant's name; a name that leaves it out means 0. */
function numbered(pattern: RegExp, variant: string): number | undefined {
  const match = pattern.exec(variant)
  return match === null ? undefined : Number(match[1] ?? 0)
}

function down(from: number, to: number): readonly number[] {
  return Array.from({ length: from - to + 1 }, (_, index) => from - index)
}
