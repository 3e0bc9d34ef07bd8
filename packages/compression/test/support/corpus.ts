import { gzipSync, zstdCompressSync } from 'node:zlib'
import type { CompressionErrorCode } from '@lading/compression'
import { gzipMember, sample, skippableFrame, zstdFrame } from './build.ts'

export interface Case {
  readonly name: string
  readonly input: Buffer
  readonly expected: Buffer | CompressionErrorCode
}

const empty = Buffer.alloc(0)
const small = Buffer.from('the quick brown fox')
const large = sample(700_000)
const noise = sample(3000, 99)
const join = (...parts: Uint8Array[]): Buffer => Buffer.concat(parts)
const flipped = (input: Buffer, at: number): Buffer => {
  const copy = Buffer.from(input)
  const index = at < 0 ? copy.length + at : at
  copy[index] = (copy[index] as number) ^ 0x10
  return copy
}
const bzip2 = Buffer.from('425a6839314159265359', 'hex')
const xz = Buffer.from('fd377a585a000004', 'hex')

/** What each input must come to, known from how it was made. */
export function corpus(): readonly Case[] {
  const gzip = gzipMember({ content: large })
  const zstd = zstdCompressSync(large)
  // A multiple of the output buffer, so that the last call fills it to the brim.
  const brim = sample(1024 * 1024)
  return [
    { name: 'empty input', input: empty, expected: empty },
    { name: 'plain', input: large, expected: large },
    { name: 'one byte of gzip magic is plain', input: Buffer.from([0x1f]), expected: Buffer.from([0x1f]) },
    {
      name: 'two bytes of gzip magic are plain',
      input: Buffer.from([0x1f, 0x8b]),
      expected: Buffer.from([0x1f, 0x8b]),
    },
    {
      name: 'part of a zstd magic is plain',
      input: Buffer.from([0x28, 0xb5, 0x2f]),
      expected: Buffer.from([0x28, 0xb5, 0x2f]),
    },
    {
      name: 'a plain tar of a file named BZhistory',
      input: Buffer.from('BZhistory\0'),
      expected: Buffer.from('BZhistory\0'),
    },
    { name: 'BZh9 and nothing else', input: Buffer.from('BZh9'), expected: Buffer.from('BZh9') },
    { name: 'bzip2', input: bzip2, expected: 'COMPRESSION_FORMAT_UNSUPPORTED' },
    {
      name: 'bzip2 of nothing',
      input: Buffer.from('425a683917724538509000000000', 'hex'),
      expected: 'COMPRESSION_FORMAT_UNSUPPORTED',
    },
    { name: 'xz', input: xz, expected: 'COMPRESSION_FORMAT_UNSUPPORTED' },

    { name: 'gzip', input: gzip, expected: large },
    { name: 'gzip of nothing', input: gzipSync(empty), expected: empty },
    { name: 'gzip to the brim of the output buffer', input: gzipSync(brim), expected: brim },
    { name: 'gzip, stored', input: gzipSync(large, { level: 0 }), expected: large },
    {
      name: 'gzip, many members',
      input: join(gzip, gzipSync(small), gzipSync(empty), gzip),
      expected: join(large, small, large),
    },
    {
      name: 'gzip, empty members around one',
      input: join(gzipSync(empty), gzipSync(empty), gzipSync(small), gzipSync(empty)),
      expected: small,
    },
    { name: 'gzip of gzip is opened once', input: gzipSync(gzip), expected: gzip },
    {
      name: 'gzip with every header field',
      input: gzipMember({ content: small, name: 'a.tar', comment: 'made by hand', extra: noise, headerCrc: true }),
      expected: small,
    },
    {
      name: 'gzip with an empty extra field',
      input: gzipMember({ content: small, extra: empty, name: '' }),
      expected: small,
    },
    {
      name: 'gzip with the longest extra field',
      input: gzipMember({ content: small, extra: sample(65_535), headerCrc: true }),
      expected: small,
    },
    { name: 'gzip, zeros after it', input: join(gzip, Buffer.alloc(3000)), expected: large },
    { name: 'gzip, one zero after it', input: join(gzip, Buffer.alloc(1)), expected: large },
    { name: 'gzip, rubbish after it', input: join(gzip, small), expected: 'COMPRESSION_TRAILING_DATA' },
    {
      name: 'gzip, rubbish after zeros',
      input: join(gzip, Buffer.alloc(10), small),
      expected: 'COMPRESSION_TRAILING_DATA',
    },
    {
      name: 'gzip, another member after zeros',
      input: join(gzip, Buffer.alloc(10), gzip),
      expected: 'COMPRESSION_TRAILING_DATA',
    },
    { name: 'gzip, half a magic after it', input: join(gzip, Buffer.from([0x1f])), expected: 'COMPRESSION_TRUNCATED' },
    { name: 'gzip, zstd after it', input: join(gzip, zstd), expected: 'COMPRESSION_TRAILING_DATA' },
    { name: 'gzip, header cut', input: gzip.subarray(0, 7), expected: 'COMPRESSION_TRUNCATED' },
    { name: 'gzip, body cut', input: gzip.subarray(0, 5000), expected: 'COMPRESSION_TRUNCATED' },
    { name: 'gzip, trailer missing', input: gzip.subarray(0, -8), expected: 'COMPRESSION_TRUNCATED' },
    { name: 'gzip, trailer cut', input: gzip.subarray(0, -1), expected: 'COMPRESSION_TRUNCATED' },
    { name: 'gzip, second member cut', input: join(gzip, gzip.subarray(0, 5000)), expected: 'COMPRESSION_TRUNCATED' },
    { name: 'gzip, checksum wrong', input: flipped(gzip, -8), expected: 'COMPRESSION_CHECKSUM' },
    { name: 'gzip, length wrong', input: flipped(gzip, -4), expected: 'COMPRESSION_CHECKSUM' },
    {
      name: 'gzip, header checksum wrong',
      input: flipped(gzipMember({ content: small, name: 'a', headerCrc: true }), 10),
      expected: 'COMPRESSION_CHECKSUM',
    },
    {
      name: 'gzip, reserved flag',
      input: join(Buffer.from([0x1f, 0x8b, 8, 0x20]), gzip.subarray(4)),
      expected: 'COMPRESSION_CORRUPT',
    },
    {
      name: 'gzip, unknown method in the second member',
      input: join(gzip, Buffer.from([0x1f, 0x8b, 7])),
      expected: 'COMPRESSION_CORRUPT',
    },
    {
      name: 'gzip, reserved block type',
      input: join(gzip.subarray(0, 10), Buffer.from([0x07]), gzip.subarray(11)),
      expected: 'COMPRESSION_CORRUPT',
    },
    {
      name: 'gzip, a name without end',
      input: join(Buffer.from([0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3]), Buffer.alloc(2_000_000, 'a')),
      expected: 'COMPRESSION_HEADER_TOO_LONG',
    },

    { name: 'zstd', input: zstd, expected: large },
    { name: 'zstd of nothing', input: zstdCompressSync(empty), expected: empty },
    { name: 'zstd to the brim of the output buffer', input: zstdCompressSync(brim), expected: brim },
    { name: 'zstd with a checksum', input: zstdCompressSync(large, { params: { 201: 1 } }), expected: large },
    {
      name: 'zstd, several frames',
      input: join(zstd, zstdCompressSync(small), zstdCompressSync(empty), zstd),
      expected: join(large, small, large),
    },
    { name: 'zstd, a skippable frame first', input: join(skippableFrame(noise), zstd), expected: large },
    {
      name: 'zstd, skippable frames everywhere',
      input: join(
        skippableFrame(empty),
        skippableFrame(noise, 15),
        zstd,
        skippableFrame(small, 3),
        zstd,
        skippableFrame(empty, 7),
      ),
      expected: join(large, large),
    },
    { name: 'zstd, only a skippable frame', input: skippableFrame(small), expected: empty },
    {
      name: 'zstd, raw block, sizes of every length',
      input: join(
        ...([1, 2, 4, 8] as const).map((sizeLength) =>
          zstdFrame({ content: sample(300, sizeLength).subarray(0, sizeLength === 1 ? 200 : 300), sizeLength }),
        ),
      ),
      expected: join(...[1, 2, 4, 8].map((seed) => sample(300, seed).subarray(0, seed === 1 ? 200 : 300))),
    },
    {
      name: 'zstd, a last block that is larger than what is left of the output buffer',
      input: zstdFrame({ content: large.subarray(0, 300_000), blockSize: 100_000 }),
      expected: large.subarray(0, 300_000),
    },
    { name: 'zstd, a window and no size', input: zstdFrame({ content: noise, window: 0x10 }), expected: noise },
    { name: 'zstd, the largest window', input: zstdFrame({ content: noise, window: 17 << 3 }), expected: noise },
    {
      name: 'zstd, dictionary number zero is none',
      input: zstdFrame({ content: noise, dictionary: { length: 4, id: 0 } }),
      expected: noise,
    },
    {
      name: 'zstd, a window one step too large',
      input: zstdFrame({ content: noise, window: (17 << 3) | 1 }),
      expected: 'COMPRESSION_WINDOW_TOO_LARGE',
    },
    {
      name: 'zstd, a window of 2 GiB',
      input: zstdFrame({ content: noise, window: 21 << 3 }),
      expected: 'COMPRESSION_WINDOW_TOO_LARGE',
    },
    {
      name: 'zstd, a single segment too large',
      input: zstdFrame({ content: noise, contentSize: 2n ** 27n + 1n }),
      expected: 'COMPRESSION_WINDOW_TOO_LARGE',
    },
    {
      name: 'zstd, a single segment of 2^64 - 1',
      input: zstdFrame({ content: noise, contentSize: 2n ** 64n - 1n }),
      expected: 'COMPRESSION_WINDOW_TOO_LARGE',
    },
    {
      name: 'zstd, a dictionary',
      input: zstdFrame({ content: noise, window: 0x10, dictionary: { length: 2, id: 700 } }),
      expected: 'COMPRESSION_DICTIONARY_UNSUPPORTED',
    },
    {
      name: 'zstd, reserved flag',
      input: zstdFrame({ content: noise, reservedFlag: true }),
      expected: 'COMPRESSION_CORRUPT',
    },
    {
      name: 'zstd, reserved block type',
      input: zstdFrame({ content: noise, blockType: 3 }),
      expected: 'COMPRESSION_CORRUPT',
    },
    {
      name: 'zstd, more content than it says',
      input: zstdFrame({ content: noise, contentSize: 2000n }),
      expected: 'COMPRESSION_CORRUPT',
    },
    {
      name: 'zstd, less content than it says',
      input: zstdFrame({ content: noise, contentSize: 4000n }),
      expected: 'COMPRESSION_CORRUPT',
    },
    {
      name: 'zstd, nothing, and says more',
      input: zstdFrame({ content: empty, sizeLength: 1, contentSize: 128n }),
      expected: 'COMPRESSION_CORRUPT',
    },
    {
      name: 'zstd, an empty last block, and less content than it says',
      input: join(zstdFrame({ content: noise, contentSize: 4000n, open: true }), Buffer.from([1, 0, 0])),
      expected: 'COMPRESSION_CORRUPT',
    },
    {
      name: 'zstd, an empty last block, and all the content it says',
      input: join(zstdFrame({ content: noise, open: true }), Buffer.from([1, 0, 0]), zstd),
      expected: join(noise, large),
    },
    {
      name: 'zstd, a compressed block of no bytes',
      input: zstdFrame({ content: empty, blockType: 2 }),
      expected: 'COMPRESSION_CORRUPT',
    },
    {
      name: 'zstd, checksum wrong',
      input: flipped(zstdCompressSync(large, { params: { 201: 1 } }), -1),
      expected: 'COMPRESSION_CORRUPT',
    },
    { name: 'zstd, magic and nothing', input: zstd.subarray(0, 4), expected: 'COMPRESSION_TRUNCATED' },
    { name: 'zstd, cut in a block', input: zstd.subarray(0, 4000), expected: 'COMPRESSION_TRUNCATED' },
    { name: 'zstd, last byte missing', input: zstd.subarray(0, -1), expected: 'COMPRESSION_TRUNCATED' },
    { name: 'zstd, second frame cut', input: join(zstd, zstd.subarray(0, -1)), expected: 'COMPRESSION_TRUNCATED' },
    {
      name: 'zstd, skippable frame cut',
      input: join(zstd, skippableFrame(noise).subarray(0, -1)),
      expected: 'COMPRESSION_TRUNCATED',
    },
    { name: 'zstd, rubbish after it', input: join(zstd, small), expected: 'COMPRESSION_TRAILING_DATA' },
    { name: 'zstd, zeros after it', input: join(zstd, Buffer.alloc(8)), expected: 'COMPRESSION_TRAILING_DATA' },
    { name: 'zstd, gzip after it', input: join(zstd, gzip), expected: 'COMPRESSION_TRAILING_DATA' },
  ]
}

/** Whole, in small pieces, in uneven ones; one byte at a time only where that is quick. */
export function piecesFor(input: Uint8Array): readonly (readonly number[])[] {
  return [[Infinity], [1000], [4093, 1, 70_000, 17, 3], ...(input.length < 5000 ? [[1], [2, 3]] : [])]
}
