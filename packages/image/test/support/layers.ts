import { gzipSync, zstdCompressSync } from 'node:zlib'
import type { MemoryContent } from '@lading/content'
import type { Digest } from '@lading/digest'
import { digestOf } from '@lading/digest/hash'
import { OCI_LAYER, OCI_LAYER_GZIP, OCI_LAYER_ZSTD, type Descriptor } from '@lading/manifest'
import { writeTar, type TarInput } from '@lading/tar'

export const textBytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Everything that an iteration gives. */
export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const item of items) list.push(item)
  return list
}

/** A tar archive as a whole. */
export async function tarOf(entries: readonly TarInput[]): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of writeTar(entries)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

const types = { none: OCI_LAYER, gzip: OCI_LAYER_GZIP, zstd: OCI_LAYER_ZSTD }

export interface Layer {
  readonly descriptor: Descriptor
  readonly diffId: Digest
}

/** Puts a layer into a place. */
export async function putLayer(
  content: MemoryContent,
  entries: readonly TarInput[] | Uint8Array,
  compression: keyof typeof types = 'none',
): Promise<Layer> {
  const tar = entries instanceof Uint8Array ? entries : await tarOf(entries)
  const blob = compression === 'gzip' ? gzipSync(tar) : compression === 'zstd' ? zstdCompressSync(tar) : tar
  return { descriptor: content.put(types[compression], blob), diffId: digestOf(tar) }
}
