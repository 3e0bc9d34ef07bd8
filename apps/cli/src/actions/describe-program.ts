import { release, type } from 'node:os'
import { defaultPlatform, formatPlatform } from '@lading/manifest'
import { version } from '../version.ts'

/** What runs, and on what. */
export interface Program {
  readonly version: string
  readonly node: string
  /** Of Node: what does the work of compression and encryption. */
  readonly parts: { readonly v8: string; readonly openssl: string; readonly zlib: string; readonly zstd: string }
  /** Of images, where none is asked for. */
  readonly platform: string
  readonly system: string
}

export function program(): Program {
  const { node, v8, openssl, zlib } = process.versions
  // Older ones do not say.
  const { zstd = 'none' } = process.versions as { readonly zstd?: string }
  return {
    version: version(),
    node,
    parts: { v8, openssl, zlib, zstd },
    platform: formatPlatform(defaultPlatform()),
    system: `${type()} ${release()} ${process.arch}`,
  }
}
