import { gzipSync, zstdCompressSync } from 'node:zlib'
import type { MemoryContent } from '@lading/content'
import { digestOf } from '@lading/digest/hash'
import { OCI_LAYER_GZIP, OCI_LAYER_ZSTD } from '@lading/manifest'
import { encodeTarHeader, END_OF_ARCHIVE, tarPadding, type TarInput } from '@lading/tar'
import { textBytes, type Layer } from './layers.ts'

type Entry = TarInput & { readonly name: string; readonly body?: Uint8Array }

const types = { file: 'reg', directory: 'dir', symlink: 'symlink', link: 'hardlink' } as const

/** A layer with a table of contents, written from the two formats' descriptions. `change` spoils the table before it is sealed. */
export function putTocLayer(
  content: MemoryContent,
  entries: readonly Entry[],
  {
    kind,
    chunkBytes = Number.POSITIVE_INFINITY,
    change = (table) => table,
  }: {
    readonly kind: 'stargz' | 'zstd:chunked'
    readonly chunkBytes?: number
    readonly change?: (table: string) => string
  },
): Layer {
  const compress = kind === 'stargz' ? gzipSync : zstdCompressSync
  const tar: Uint8Array[] = []
  const blob: Uint8Array[] = []
  const length = (parts: readonly Uint8Array[]): number => parts.reduce((sum, part) => sum + part.length, 0)
  let plain: Uint8Array[] = []
  const close = (): void => {
    if (plain.length > 0) blob.push(compress(Buffer.concat(plain)))
    plain = []
  }
  const put = (bytes: Uint8Array): void => {
    tar.push(bytes)
    plain.push(bytes)
  }
  const table: object[] = []
  for (const entry of entries) {
    const { name, type = 'file', mode = 0o644, linkName, body = new Uint8Array() } = entry
    put(encodeTarHeader({ ...entry, size: body.length }))
    const json = { name, type: types[type as keyof typeof types], mode, linkName, modtime: '1970-01-01T00:00:00Z' }
    if (body.length === 0) table.push(json)
    for (let at = 0; at < body.length; at += chunkBytes) {
      const chunk = body.subarray(at, at + chunkBytes)
      close()
      const offset = length(blob)
      put(chunk)
      const isLast = at + chunkBytes >= body.length
      if (kind === 'zstd:chunked') close()
      const more = {
        offset,
        endOffset: kind === 'stargz' ? undefined : length(blob),
        chunkOffset: at === 0 ? undefined : at,
        chunkSize: isLast ? undefined : chunk.length,
        chunkDigest: digestOf(chunk),
      }
      if (at === 0) table.push({ ...json, size: body.length, digest: digestOf(body), ...more })
      else table.push({ name, type: 'chunk', ...more })
    }
    put(new Uint8Array(tarPadding(body.length)))
  }
  const json = textBytes(change(JSON.stringify({ version: 1, entries: table })))
  if (kind === 'stargz') {
    close()
    const start = length(blob)
    put(encodeTarHeader({ name: 'stargz.index.json', size: json.length, mode: 0o644 }))
    put(json)
    put(new Uint8Array(tarPadding(json.length)))
    put(END_OF_ARCHIVE.slice())
    close()
    const extra = Buffer.from(`SG\u0016\0${start.toString(16).padStart(16, '0')}STARGZ`, 'latin1')
    const header = Buffer.from([0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, extra.length, 0])
    blob.push(header, extra, Buffer.from([1, 0, 0, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0]))
    const descriptor = content.put(OCI_LAYER_GZIP, Buffer.concat(blob))
    const annotations = { 'containerd.io/snapshot/stargz/toc.digest': digestOf(json) }
    return { descriptor: { ...descriptor, annotations }, diffId: digestOf(Buffer.concat(tar)) }
  }
  put(END_OF_ARCHIVE.slice())
  close()
  const compressed = zstdCompressSync(json)
  const skippable = Buffer.alloc(8)
  skippable.writeUInt32LE(0x184d2a50, 0)
  skippable.writeUInt32LE(compressed.length, 4)
  const start = length(blob) + 8
  blob.push(skippable, compressed)
  const descriptor = content.put(OCI_LAYER_ZSTD, Buffer.concat(blob))
  const prefix = 'io.github.containers.zstd-chunked.manifest'
  const annotations = {
    [`${prefix}-checksum`]: digestOf(compressed),
    [`${prefix}-position`]: `${start}:${compressed.length}:${json.length}:1`,
  }
  return { descriptor: { ...descriptor, annotations }, diffId: digestOf(Buffer.concat(tar)) }
}
