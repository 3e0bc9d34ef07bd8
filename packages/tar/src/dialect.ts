import { MAGIC } from './header-layout.ts'
import { ambiguous } from './tar-error.ts'

/** `old` is the format from before 1988: no magic, no user names, no prefix. */
export type Dialect = 'ustar' | 'gnu' | 'old'

const ustar = [0x75, 0x73, 0x74, 0x61, 0x72] as const

export function saysUstar(bytes: Uint8Array, block: number): boolean {
  for (let index = 0; index < ustar.length; index++) if (bytes[block + MAGIC + index] !== ustar[index]) return false
  return true
}

export function dialectOf(bytes: Uint8Array, block: number, offset: number): Dialect {
  if (!saysUstar(bytes, block)) return 'old'
  const at = block + MAGIC
  if (bytes[at + 5] === 0) return 'ustar'
  if (bytes[at + 5] === 0x20 && bytes[at + 6] === 0x20 && bytes[at + 7] === 0) return 'gnu'
  throw ambiguous('its magic is neither the one of ustar nor the one of GNU tar', offset)
}
