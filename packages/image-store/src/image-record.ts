import { openRecord, sealRecord } from '@lading/content-store'
import { isDigest, type Digest } from '@lading/digest'
import type { Platform } from '@lading/manifest'
import type { ImageRecord } from './image-store.ts'

/** Far above the largest: 4 MiB. */
export const recordLimit: number = 4 * 1024 * 1024

const formatVersion = 1

/** One line of JSON. */
export function formatRecord(record: ImageRecord): Uint8Array {
  const { config, diffIds, platform, created, manifests, blobs } = record
  const { mediaType, digest, size } = config
  return sealRecord({
    version: formatVersion,
    config: { mediaType, digest, size },
    diffIds,
    platform,
    created,
    manifests: sorted(manifests),
    blobs: sorted(blobs),
  })
}

/** `undefined`: not a record of this image, or not one of ours at all. */
export function parseRecord(bytes: Uint8Array, id: Digest): ImageRecord | undefined {
  const { version, config, diffIds, platform, created, manifests, blobs } = openRecord(bytes)
  const { mediaType, digest, size } = members(config)
  if (
    version !== formatVersion ||
    digest !== id ||
    typeof mediaType !== 'string' ||
    !Number.isSafeInteger(size) ||
    (size as number) < 0
  )
    return undefined
  if (!areDigests(diffIds) || !areDigests(manifests) || !areDigests(blobs)) return undefined
  if (created !== undefined && typeof created !== 'string') return undefined
  const where = parsePlatform(platform)
  if (where === undefined) return undefined
  return {
    config: { mediaType, digest: id, size: size as number },
    diffIds,
    platform: where,
    ...(created === undefined ? {} : { created }),
    manifests,
    blobs,
  }
}

/** Both records of one image as one. */
export function joinRecords(older: ImageRecord, newer: ImageRecord): ImageRecord {
  return {
    ...newer,
    manifests: sorted([...older.manifests, ...newer.manifests]),
    blobs: sorted([...older.blobs, ...newer.blobs]),
  }
}

const sorted = (digests: readonly Digest[]): readonly Digest[] => [...new Set(digests)].toSorted()

const members = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}

const areDigests = (value: unknown): value is readonly Digest[] => Array.isArray(value) && value.every(isDigest)

const isText = (value: unknown): value is string => typeof value === 'string'
const isOptional = <T>(value: unknown, is: (value: unknown) => value is T): value is T | undefined =>
  value === undefined || is(value)
const areTexts = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every(isText)

function parsePlatform(value: unknown): Platform | undefined {
  const { os, architecture, variant, osVersion, osFeatures } = members(value)
  if (
    !isText(os) ||
    !isText(architecture) ||
    !isOptional(variant, isText) ||
    !isOptional(osVersion, isText) ||
    !isOptional(osFeatures, areTexts)
  )
    return undefined
  return {
    os,
    architecture,
    ...(variant === undefined ? {} : { variant }),
    ...(osVersion === undefined ? {} : { osVersion }),
    ...(osFeatures === undefined ? {} : { osFeatures }),
  }
}
