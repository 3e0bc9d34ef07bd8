import { openSync, readSync, closeSync } from 'node:fs'
import {
  createGunzip,
  createZstdDecompress,
  gunzipSync,
  gzipSync,
  zstdCompressSync,
  zstdDecompressSync,
} from 'node:zlib'
import { Readable } from 'node:stream'
import { createDecompressor } from '@lading/compression'
import { cpuSeconds, type Row } from './measure.ts'

const size = 96 * 1024 * 1024
const pieceSize = 64 * 1024
const chunkSize = 256 * 1024
const ignore = (): void => undefined

/** Real content: the beginning of this very program. */
function content(): Buffer {
  const bytes = Buffer.alloc(size)
  const file = openSync(process.execPath, 'r')
  const length = readSync(file, bytes, 0, size, 0)
  closeSync(file)
  return bytes.subarray(0, length)
}

function ours(input: Uint8Array): void {
  const decompressor = createDecompressor()
  for (let at = 0; at < input.length; at += pieceSize) decompressor.push(input.subarray(at, at + pieceSize), ignore)
  decompressor.end(ignore)
}

async function streamed(input: Buffer, stream: NodeJS.ReadWriteStream): Promise<void> {
  const pieces = function* (): Generator<Buffer> {
    for (let at = 0; at < input.length; at += pieceSize) yield input.subarray(at, at + pieceSize)
  }
  for await (const chunk of Readable.from(pieces()).pipe(stream)) void chunk
}

/** Against the faster of the two ways that node:zlib has by itself. */
async function against(
  what: string,
  plain: Buffer,
  input: Buffer,
  bare: () => Buffer,
  stream: () => NodeJS.ReadWriteStream,
  goal?: number,
): Promise<Row> {
  const rate = (seconds: number): number => plain.length / 1e9 / seconds
  const [own, sync, streaming] = [
    await cpuSeconds(() => ours(input)),
    await cpuSeconds(() => void bare()),
    await cpuSeconds(() => streamed(input, stream())),
  ]
  const [best, way] = sync < streaming ? [sync, 'at once'] : [streaming, 'as a stream']
  return {
    what,
    rate: `${rate(own).toFixed(2)} GB/s a core`,
    beside: `${(best / own).toFixed(2)} x node:zlib ${way} (${rate(best).toFixed(2)})${goal === undefined ? '' : `, goal ${goal}`}`,
  }
}

export async function measureInflate(): Promise<readonly Row[]> {
  const plain = content()
  const [gzip, zstd] = [gzipSync(plain), zstdCompressSync(plain)]
  return [
    await against(
      'gzip inflated',
      plain,
      gzip,
      () => gunzipSync(gzip, { chunkSize }),
      () => createGunzip({ chunkSize }),
      0.95,
    ),
    await against(
      'zstd inflated',
      plain,
      zstd,
      () => zstdDecompressSync(zstd, { chunkSize }),
      () => createZstdDecompress({ chunkSize }),
    ),
  ]
}
