import { sniff, type CompressionKind } from '@lading/compression'
import { printable } from '@lading/errors'
import { ArchiveError } from '../archive-error.ts'

/** The longest signature, in bytes. */
const enough = 16

/** Detects the compression of chunks that pass through from their first bytes. */
export function sniffedCompression(path: string): {
  /** The same chunks. */
  through(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>
  /** Whether enough has passed. */
  isKnown(): boolean
  /** When enough has passed, or all. */
  kind(): CompressionKind
} {
  const start = new Uint8Array(enough)
  let seen = 0
  return {
    async *through(chunks) {
      for await (const chunk of chunks) {
        const more = chunk.subarray(0, enough - seen)
        start.set(more, seen)
        seen += more.byteLength
        yield chunk
      }
    },
    isKnown: () => seen === enough,
    kind: () => knownCompression(path, start.subarray(0, seen)),
  }
}

/** @throws ArchiveError `ARCHIVE_UNSUPPORTED` for a compression that is not used for layers */
export function knownCompression(path: string, start: Uint8Array): CompressionKind {
  const kind = sniff(start) ?? 'none'
  if (kind === 'gzip' || kind === 'zstd' || kind === 'none') return kind
  throw new ArchiveError('ARCHIVE_UNSUPPORTED', `${printable(path, 300)} is compressed with ${kind}`, {
    path: printable(path, 300),
    actual: kind,
    hint: 'layers must be uncompressed, gzip or zstd: write the archive again',
  })
}
