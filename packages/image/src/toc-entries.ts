import { tryParseDigest, type Digest } from '@lading/digest'
import { parseStrictJson, type JsonObject, type JsonValue } from '@lading/manifest'
import type { Time } from '@lading/tar'
import { parseLayerName } from './layer-name.ts'
import type { LayerLimits } from './read-layer.ts'
import type { TreeEntry } from './tree-entry.ts'
import { misfit } from './misfit.ts'

/** A piece of a file that has a digest of its own. */
interface TocChunk {
  /** In the file, in bytes. */
  readonly size: number
  readonly digest: Digest
}

/** One file or directory of a table of contents. */
export interface TocEntry extends TreeEntry {
  /** Where its compressed bytes begin in the blob; of a file that is not empty. */
  readonly start: number | undefined
  /** Where they end, if it is in the table. */
  readonly end: number | undefined
  /** Decompressed bytes before the file's own. */
  readonly skip: number
  /** Together the whole file. */
  readonly chunks: readonly TocChunk[]
}

const types = {
  reg: 'file',
  dir: 'directory',
  symlink: 'symlink',
  hardlink: 'link',
  char: 'character-device',
  block: 'block-device',
  fifo: 'fifo',
} as const

/** As those of `@lading/tar`. */
const [mostEntries, longestName, mostParts] = [4 * 1024 * 1024, 4096, 1024]

interface TocBounds {
  readonly maxBytes: number
  readonly limits?: LayerLimits | undefined
}

/**
 * The entries of a table of contents, of eStargz or of zstd:chunked, whose JSON is nearly the same. They have the same limits as
 * the entries of an archive.
 *
 * @throws a misfit, also for what JSON cannot express: names that are not UTF-8; ManifestError if it is not JSON
 */
export function parseToc(bytes: Uint8Array, { maxBytes, limits = {} }: TocBounds): readonly TocEntry[] {
  const { maxEntries = mostEntries } = limits
  refuseManyValues(bytes)
  const toc = parseStrictJson(bytes, { maxBytes })
  if (!isObject(toc) || toc['version'] !== 1 || !Array.isArray(toc['entries']))
    throw misfit('its version is not supported')
  const entries: TocEntry[] = []
  for (let at = 0; at < toc['entries'].length;) {
    const first = objectAt(toc['entries'], at++)
    const chunks = [first]
    while (at < toc['entries'].length && objectAt(toc['entries'], at)['type'] === 'chunk')
      chunks.push(objectAt(toc['entries'], at++))
    if (entries.length >= maxEntries) throw misfit('it has too many entries')
    const entry = entryOf(first, chunks)
    refuseLong(entry.layerName.components, limits)
    if (entry.linkName !== undefined) refuseLong([entry.linkName], limits)
    entries.push(entry)
  }
  return entries
}

/** Compressed, a hundred million empty objects are small. Real entries have 24 bytes at least, and few have objects inside. */
function refuseManyValues(bytes: Uint8Array): void {
  let left = 4096 + bytes.length / 24
  for (const byte of bytes) if ((byte === 0x7b || byte === 0x5b) && --left < 0) throw misfit('it has too many values')
}

function refuseLong(
  parts: readonly Uint8Array[],
  { maxNameLength = longestName, maxDepth = mostParts }: LayerLimits,
): void {
  const length = parts.reduce((sum, part) => sum + part.length + 1, -1)
  if (length > maxNameLength || parts.length > maxDepth) throw misfit('it has a name that is too long')
}

function entryOf(json: JsonObject, chunks: readonly JsonObject[]): TocEntry {
  const type = json['type']
  if (typeof type !== 'string' || !Object.hasOwn(types, type)) throw misfit('it has an entry of unknown type')
  const size = type === 'reg' ? number(json, 'size') : 0
  const linkName = text(json, 'linkName')
  return {
    layerName: parseLayerName(bytesOf(text(json, 'name') ?? '')),
    type: types[type as keyof typeof types],
    size,
    mode: number(json, 'mode'),
    uid: number(json, 'uid'),
    gid: number(json, 'gid'),
    userName: text(json, 'userName'),
    groupName: text(json, 'groupName'),
    mtime: timeOf(text(json, 'modtime')),
    linkName: linkName === undefined ? undefined : bytesOf(linkName),
    device:
      type === 'char' || type === 'block'
        ? { major: number(json, 'devMajor'), minor: number(json, 'devMinor') }
        : undefined,
    xattrs: xattrsOf(json['xattrs']),
    sparse: undefined,
    start: size > 0 ? number(json, 'offset') : undefined,
    end: endOf(chunks),
    skip: number(json, 'innerOffset'),
    chunks: size > 0 ? chunksOf(json, chunks, size) : [],
  }
}

/** Of zstd:chunked; eStargz does not have it. */
function endOf(chunks: readonly JsonObject[]): number | undefined {
  const end = chunks.reduce((last, chunk) => Math.max(last, number(chunk, 'endOffset')), 0)
  return end > 0 ? end : undefined
}

function chunksOf(json: JsonObject, chunks: readonly JsonObject[], size: number): readonly TocChunk[] {
  const whole = digestOf(json, 'digest')
  if (chunks.length === 1) {
    const digest = digestOf(json, 'chunkDigest') ?? whole
    if (digest === undefined) throw misfit('it has a file without a digest')
    return [{ size, digest }]
  }
  const starts = chunks.map((chunk) => number(chunk, 'chunkOffset'))
  const digests = chunks.map((chunk) => digestOf(chunk, 'chunkDigest'))
  if (digests.includes(undefined)) {
    if (whole === undefined) throw misfit('it has a file without a digest')
    return [{ size, digest: whole }]
  }
  return digests.map((digest, index) => {
    const length = (starts[index + 1] ?? size) - (starts[index] ?? 0)
    if (length <= 0 || starts[0] !== 0) throw misfit('its chunks are not contiguous')
    return { size: length, digest: digest as Digest }
  })
}

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function objectAt(values: readonly JsonValue[], index: number): JsonObject {
  const value = values[index]
  if (!isObject(value)) throw misfit('it has an entry that is not an object')
  return value
}

function number(json: JsonObject, name: string): number {
  const value = json[name] ?? 0
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw misfit(`${name} is not a number`)
  return value
}

function text(json: JsonObject, name: string): string | undefined {
  const value = json[name] ?? undefined
  if (value !== undefined && typeof value !== 'string') throw misfit(`${name} is not a string`)
  // A name that was not UTF-8 is a different name here.
  if (value?.includes('\uFFFD') === true) throw misfit(`${name} is not UTF-8`)
  return value === '' ? undefined : value
}

function digestOf(json: JsonObject, name: string): Digest | undefined {
  const value = text(json, name)
  return value === undefined ? undefined : tryParseDigest(value)
}

function timeOf(value: string | undefined): Time {
  const [, whole = '', fraction = '', zone = 'Z'] =
    /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(value ?? '') ?? []
  const seconds = Date.parse(`${whole}${zone}`) / 1000
  return Number.isNaN(seconds)
    ? { seconds: 0, nanoseconds: 0 }
    : { seconds, nanoseconds: Number(fraction.padEnd(9, '0')) }
}

function xattrsOf(value: JsonValue | undefined): ReadonlyMap<string, Uint8Array> | undefined {
  if (!isObject(value)) return undefined
  const xattrs = new Map<string, Uint8Array>()
  for (const name of Object.keys(value))
    xattrs.set(name, new Uint8Array(Buffer.from(text(value, name) ?? '', 'base64')))
  return xattrs
}

const bytesOf = (value: string): Uint8Array => new TextEncoder().encode(value)
