import { zstdCompressSync } from 'node:zlib'
import type { CompressionErrorCode } from '@lading/compression'
import { gzipMember, sample, skippableFrame, zstdFrame } from './build.ts'
import type { Case } from './corpus.ts'

interface Part {
  readonly bytes: Buffer
  readonly content: Buffer
}

const nothing = Buffer.alloc(0)
const words = Buffer.from('the quick brown fox')
const member = (content: Buffer, more: object = {}): Part => ({ content, bytes: gzipMember({ content, ...more }) })
const frame = (content: Buffer, bytes: Buffer): Part => ({ content, bytes })

const files: readonly { readonly kind: 'gzip' | 'zstd'; readonly magic: number; readonly parts: readonly Part[] }[] = [
  {
    kind: 'gzip',
    magic: 3,
    parts: [
      member(words, { name: 'a', comment: 'b', extra: sample(5), headerCrc: true }),
      member(nothing),
      member(sample(120)),
    ],
  },
  {
    kind: 'zstd',
    magic: 4,
    parts: [
      frame(nothing, skippableFrame(words, 3)),
      frame(sample(120), zstdCompressSync(sample(120), { params: { 201: 1 } })),
      frame(nothing, zstdCompressSync(nothing)),
      frame(words, zstdFrame({ content: words, blockSize: 7 })),
      frame(nothing, skippableFrame(nothing)),
    ],
  },
]

/** Behind a cut: nothing, zeros (padding, for gzip alone), and what is neither padding nor a member nor a frame. */
const tails: readonly {
  readonly name: string
  readonly bytes: Buffer
  readonly atEnd: Record<'gzip' | 'zstd', CompressionErrorCode | 'good'>
}[] = [
  { name: 'nothing', bytes: nothing, atEnd: { gzip: 'good', zstd: 'good' } },
  { name: 'four zeros', bytes: Buffer.alloc(4), atEnd: { gzip: 'good', zstd: 'COMPRESSION_TRAILING_DATA' } },
  {
    name: 'rubbish',
    bytes: Buffer.from('rubbish'),
    atEnd: { gzip: 'COMPRESSION_TRAILING_DATA', zstd: 'COMPRESSION_TRAILING_DATA' },
  },
]

/** Small files cut at every byte. Cut elsewhere than between members or frames only nothing may follow: what else follows would be taken for the rest. */
export function everyCut(): readonly Case[] {
  return files.flatMap(({ kind, magic, parts }) => {
    const whole = Buffer.concat(parts.map(({ bytes }) => bytes))
    const ends = parts.map((_, index) => parts.slice(0, index + 1).reduce((sum, { bytes }) => sum + bytes.length, 0))
    return Array.from({ length: whole.length + 1 }, (_, at) => at).flatMap((at): Case[] => {
      const input = whole.subarray(0, at)
      // So short it does not say yet what it is, and is plain content.
      if (at < magic) return [{ name: `${kind} cut at ${at}`, input, expected: input }]
      const complete = ends.indexOf(at)
      if (complete === -1) return [{ name: `${kind} cut at ${at}`, input, expected: 'COMPRESSION_TRUNCATED' }]
      const content = Buffer.concat(parts.slice(0, complete + 1).map((part) => part.content))
      return tails.map(({ name, bytes, atEnd }) => ({
        name: `${kind} cut at ${at}, then ${name}`,
        input: Buffer.concat([input, bytes]),
        expected: atEnd[kind] === 'good' ? content : atEnd[kind],
      }))
    })
  })
}
