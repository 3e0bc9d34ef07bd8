import type { Digest } from '@lading/digest'
import type { LayerCompression } from '../compress.ts'
import type { LayerOptions } from '../layer.ts'
import type { TarEntry } from '../tar.ts'
import { isDigest } from '../../names.ts'
import { bytes, flag, invalid, isRecord, listOf, members, oneOf, recordOf, text, whole, type Decode } from './decode.ts'

const mostBytes = 256 * 1024 * 1024

/** What a document may still make from nothing. */
export interface Allowance {
  randomBytes: number
}

export const createAllowance = (): Allowance => ({ randomBytes: mostBytes })

export const digest: Decode<Digest> = (value, path) => {
  const given = text(value, path)
  if (!isDigest(given)) throw invalid(path, 'not a sha256, sha384 or sha512 digest')
  return given
}

const mode: Decode<number> = (value, path) =>
  typeof value === 'string' && /^[0-7]{1,6}$/.test(value) ? Number.parseInt(value, 8) : whole(0, 0o7777)(value, path)

const fileMembers = members<Required<TarEntry>>({
  type: oneOf('file', 'directory', 'symlink', 'hardlink', 'character', 'block', 'fifo'),
  content: bytes,
  target: text,
  mode,
  uid: whole(0, 0o7777777),
  gid: whole(0, 0o7777777),
  mtime: whole(0, 0o77777777777),
})

const file: Decode<Uint8Array | TarEntry> = (value, path) =>
  typeof value === 'string' || (isRecord(value) && 'base64' in value) ? bytes(value, path) : fileMembers(value, path)

interface Members {
  files: Readonly<Record<string, Uint8Array | TarEntry>>
  tar: Uint8Array
  random: number
  seed: number
  blob: Uint8Array
  compression: LayerCompression
  level: number
  mediaType: string
  annotations: Readonly<Record<string, string>>
  urls: readonly string[]
  stored: boolean
  embed: boolean
  claimedDigest: Digest
  claimedSize: number
  claimedDiffId: Digest
}

const layerMembers = members<Members>({
  files: recordOf(file),
  tar: bytes,
  random: whole(0, mostBytes),
  seed: whole(0, 0xffff_ffff),
  blob: bytes,
  compression: oneOf('gzip', 'zstd', 'none'),
  level: whole(0, 9),
  mediaType: text,
  annotations: recordOf(text),
  urls: listOf(text),
  stored: flag,
  embed: flag,
  claimedDigest: digest,
  claimedSize: whole(0, Number.MAX_SAFE_INTEGER),
  claimedDiffId: digest,
})

interface TakesLayers<Builder> {
  layer(content: Uint8Array | Readonly<Record<string, Uint8Array | TarEntry>>, options?: LayerOptions): Builder
  randomLayer(bytes: number, options?: LayerOptions & { readonly seed?: number | undefined }): Builder
  rawLayer(blob: Uint8Array, options?: LayerOptions & { readonly tar?: Uint8Array | undefined }): Builder
}

/** A layer description as a step of a builder; `more` is what only that builder knows. */
export function readLayer(
  value: unknown,
  path: string,
  allowance: Allowance,
): <Builder extends TakesLayers<Builder>>(builder: Builder, more?: object) => Builder {
  const { files, tar, random, seed, blob, ...options } = layerMembers(value, path)
  const how: LayerOptions = options
  const given = [files, blob ?? tar, random].filter((content) => content !== undefined)
  if (given.length !== 1) throw invalid(path, 'a layer has one of files, tar, random and blob')
  if (blob !== undefined) return (builder, more) => builder.rawLayer(blob, { ...how, tar, ...more })
  const content = files ?? tar
  if (content !== undefined) return (builder, more) => builder.layer(content, { ...how, ...more })
  allowance.randomBytes -= random ?? 0
  if (allowance.randomBytes < 0) throw invalid(path, `more than ${mostBytes} random bytes in all`)
  return (builder, more) => builder.randomLayer(random ?? 0, { ...how, seed, ...more })
}
