import { openRecord, sealRecord } from '@lading/content-store'
import { algorithmOf, isDigest, type Digest } from '@lading/digest'
import { nextChainId } from '@lading/digest/hash'
import { maxDepth } from './layer-depth.ts'
import type { LayerRecord, Uncompressed } from './layer-store.ts'

/** Records are a few hundred bytes long. */
export const recordLimit: number = 4 * 1024

const formatVersion = 1

/** A layer as it is on disk: with its depth, so that registering need not walk down to the base. */
export interface StoredLayer {
  readonly layer: LayerRecord
  readonly depth: number
}

export function formatLayer({ layer: { chainId, diffId, parent, size }, depth }: StoredLayer): Uint8Array {
  return sealRecord({ version: formatVersion, chainId, diffId, parent, size, depth })
}

/** `undefined`: not the record of this layer, or not one of ours at all. */
export function parseLayer(bytes: Uint8Array, expected: Digest): StoredLayer | undefined {
  const { version, chainId, diffId, parent, size, depth } = openRecord(bytes)
  if (version !== formatVersion || chainId !== expected || !isDigest(diffId) || !isSize(size)) return undefined
  if (parent !== undefined && !isDigest(parent)) return undefined
  // The chainID proves the other two.
  if (nextChainId(parent, diffId) !== expected) return undefined
  if (!isSize(depth) || depth > maxDepth || (parent === undefined ? depth !== 1 : depth < 2)) return undefined
  return { layer: { chainId: expected, diffId, ...(parent === undefined ? {} : { parent }), size }, depth }
}

/** `diffId` is in sha256 always: readers that do not know `aliases` compare it with configs. */
export function formatUncompressed(blob: Digest, { diffId, aliases, size }: Uncompressed): Uint8Array {
  return sealRecord({ version: formatVersion, blob, diffId, aliases, size })
}

/** `undefined`: not what we remember of this blob. */
export function parseUncompressed(bytes: Uint8Array, expected: Digest): Uncompressed | undefined {
  const record = openRecord(bytes)
  const read = record.version === formatVersion ? readUncompressed(record) : undefined
  return read?.blob === expected ? read.inside : undefined
}

/** What a document says of the blob that it names; `undefined` where that is not what we write. */
export function readUncompressed(
  record: unknown,
): { readonly blob: Digest; readonly inside: Uncompressed } | undefined {
  if (typeof record !== 'object' || record === null) return undefined
  const { blob, diffId, aliases, size } = record as Record<string, unknown>
  if (!isDigest(blob) || !isDigest(diffId) || !isSize(size)) return undefined
  if (algorithmOf(diffId) !== 'sha256' || (aliases !== undefined && !areAliases(aliases))) return undefined
  return { blob, inside: { diffId, ...(aliases === undefined ? {} : { aliases }), size } }
}

/** At least one, each in an algorithm of its own. */
function areAliases(value: unknown): value is readonly Digest[] {
  if (!Array.isArray(value) || value.length === 0 || !value.every(isDigest)) return false
  const algorithms = new Set(value.map(algorithmOf))
  return algorithms.size === value.length && !algorithms.has('sha256')
}

const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0
