import { pipeline, Readable } from 'node:stream'
import zlib from 'node:zlib'

export interface CompressOptions {
  readonly kind: 'gzip' | 'zstd'
  /** gzip: 1 to 9, default 6. zstd: 1 to 22, default 3. */
  readonly level?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** Size of the compressor's input steps, regardless of the source's chunks, so that the output depends only on the bytes. */
const pieceBytes = 64 * 1024

/**
 * Compresses content to gzip (RFC 1952, one member, without name or time) or zstd (RFC 8878, one frame). The same input produces the same
 * bytes on one version of Node, however it is split; another version may have another zlib. Compresses in the thread pool, only as far
 * as its reader asks, and holds a few pieces of 64 KiB in addition to the format's window. The receiver may keep the chunks.
 *
 * @throws what the source throws; the signal's reason, unchanged
 */
export async function* compress(
  source: AsyncIterable<Uint8Array>,
  { kind, level, signal }: CompressOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  signal?.throwIfAborted()
  const engine =
    kind === 'gzip'
      ? zlib.createGzip({ level: level ?? 6, chunkSize: pieceBytes })
      : zlib.createZstdCompress({
          chunkSize: pieceBytes,
          params: { [zlib.constants.ZSTD_c_compressionLevel]: level ?? 3, [zlib.constants.ZSTD_c_checksumFlag]: 1 },
        })
  const pieces = Readable.from(inPieces(source, signal), { objectMode: true, highWaterMark: 2 })
  // A failure ends the engine, and its reader gets the error.
  const ended = new Promise<void>((resolve) => {
    pipeline(pieces, engine, () => resolve())
  })
  let at = 0
  try {
    for await (const chunk of engine as AsyncIterable<Uint8Array>) {
      signal?.throwIfAborted()
      // The system, which does not describe the content: unknown (RFC 1952, 2.3.1).
      if (kind === 'gzip' && at <= systemAt && systemAt < at + chunk.byteLength) chunk[systemAt - at] = 0xff
      at += chunk.byteLength
      yield chunk
    }
  } finally {
    engine.destroy()
    await ended
  }
}

const systemAt = 9

/** The same bytes, 64 KiB at a time. */
async function* inPieces(
  source: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  let piece = new Uint8Array(pieceBytes)
  let filled = 0
  for await (const chunk of source) {
    signal?.throwIfAborted()
    for (let at = 0; at < chunk.byteLength;) {
      const part = chunk.subarray(at, at + pieceBytes - filled)
      piece.set(part, filled)
      filled += part.byteLength
      at += part.byteLength
      if (filled < pieceBytes) continue
      yield piece
      piece = new Uint8Array(pieceBytes)
      filled = 0
    }
  }
  signal?.throwIfAborted()
  if (filled > 0) yield piece.subarray(0, filled)
}
