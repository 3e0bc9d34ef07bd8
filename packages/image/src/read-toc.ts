import type { AbortOptions } from '@lading/clock'
import { decompress } from '@lading/compression'
import type { Source } from '@lading/content'
import { parseDigest } from '@lading/digest'
import { verifyBytes } from '@lading/digest/hash'
import type { Descriptor } from '@lading/manifest'
import { readTar } from '@lading/tar'
import { parseLayerName } from './layer-name.ts'
import type { LayerLimits } from './read-layer.ts'
import type { TreeEntry } from './tree-entry.ts'
import { misfit } from './misfit.ts'
import { readRange, type Range } from './read-range.ts'
import { parseToc, type TocEntry } from './toc-entries.ts'

const stargzDigest = 'containerd.io/snapshot/stargz/toc.digest'
const chunkedDigest = 'io.github.containers.zstd-chunked.manifest-checksum'
const chunkedPosition = 'io.github.containers.zstd-chunked.manifest-position'

/** Limits of the compressed table, and of its JSON: enough for a quarter of a million files. For more files, reading the whole layer takes less memory. */
const mostCompressed = 64 * 1024 * 1024
const mostJson = 64 * 1024 * 1024

export interface Toc {
  readonly entries: readonly TocEntry[]
  /** The end of the last file: where the table itself begins in the blob. */
  readonly start: number
  /** For eStargz: the table is also the last file of the layer. */
  readonly own: { readonly entry: TreeEntry; readonly body: Uint8Array } | undefined
}

export interface ReadTocOptions extends AbortOptions {
  readonly limits?: LayerLimits | undefined
}

/** Whether the annotations of a layer name a table of contents. */
export const hasToc = ({ annotations = {} }: Descriptor): boolean =>
  annotations[stargzDigest] !== undefined || annotations[chunkedDigest] !== undefined

/**
 * The table of contents of an eStargz or a zstd:chunked layer, verified against the digest in an annotation of the manifest.
 *
 * @throws misfits, and what the source throws
 */
export async function readToc(
  source: Pick<Source, 'send'>,
  descriptor: Descriptor,
  options: ReadTocOptions,
): Promise<Toc> {
  const { [stargzDigest]: stargz, [chunkedDigest]: chunked, [chunkedPosition]: position } = descriptor.annotations ?? {}
  if (stargz !== undefined) return readStargz(source, descriptor, stargz, options)
  if (chunked === undefined || position === undefined) throw misfit('its position is not known')
  const [start = NaN, length = NaN, size = NaN, type] = position.split(':').map(Number)
  if (type !== 1 || !(length <= mostCompressed) || !(size <= mostJson)) throw misfit('its position is not known')
  const compressed = await bytesOf(
    readRange(source, descriptor, within(descriptor, { start, end: start + length }), options),
  )
  verifyBytes(compressed, { digest: parseDigest(chunked) })
  const json = await bytesOf(decompress(only(compressed), { ...options, maxOutput: size, ratioFloor: mostJson }))
  return { entries: parseToc(json, { maxBytes: mostJson, limits: options.limits }), start, own: undefined }
}

/** An empty gzip member whose extra field (RFC 1952, 2.3.1.1) has the position of the table. */
const footerBytes = 51

async function readStargz(
  source: Pick<Source, 'send'>,
  descriptor: Descriptor,
  digest: string,
  { limits, ...options }: ReadTocOptions,
): Promise<Toc> {
  const end = descriptor.size - footerBytes
  const footer = await bytesOf(
    readRange(source, descriptor, within(descriptor, { start: end, end: descriptor.size }), options),
  )
  // `SG`, the length of what follows, and that.
  const field = Buffer.from(footer.subarray(12, 38))
  const [, hex] = /^([0-9a-f]{16})STARGZ$/.exec(field.toString('latin1', 4)) ?? []
  if (field.toString('latin1', 0, 2) !== 'SG' || field.readUInt16LE(2) !== 22) throw misfit('it has no footer')
  const start = Number.parseInt(hex ?? '', 16)
  if (!(end - start <= mostCompressed)) throw misfit('its position is not known')
  const compressed = await bytesOf(readRange(source, descriptor, within(descriptor, { start, end }), options))
  const tar = decompress(only(compressed), { ...options, maxOutput: mostJson, ratioFloor: mostJson })
  for await (const entry of readTar(tar, { ...options, endMarker: 'optional' })) {
    if (entry.path !== 'stargz.index.json' || entry.type !== 'file') throw misfit('something else is at its position')
    if (entry.size > mostJson) throw misfit('it is too large')
    const json = await bytesOf(entry.body)
    verifyBytes(json, { digest: parseDigest(digest) })
    const own = { entry: { ...entry, layerName: parseLayerName(entry.name) }, body: json }
    return { entries: parseToc(json, { maxBytes: mostJson, limits }), start, own }
  }
  throw misfit('nothing is at its position')
}

function within({ size }: Descriptor, { start, end }: Range): Range {
  if (!Number.isSafeInteger(start) || start < 0 || !(end > start) || end > size) throw misfit('it is outside the layer')
  return { start, end }
}

async function* only(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes
}

async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const chunk of chunks) parts.push(chunk)
  return Buffer.concat(parts)
}
