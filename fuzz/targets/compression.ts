import { gunzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { CompressionError, createDecompressor, type CompressionKind } from '@lading/compression'
import { gzipMember, skippableFrame, zstdFrame } from '../../packages/compression/test/support/build.ts'
import type { Random } from '../random.ts'
import { holds, unlessRefused } from '../refusal.ts'
import type { Target } from '../target.ts'

const maxOutput = 1024 * 1024

interface End {
  readonly kind: CompressionKind | undefined
  readonly output: Buffer
}

/** Whole, or in pieces of the given length. */
function decompress(input: Uint8Array, piece: number): End | undefined {
  return unlessRefused(CompressionError, input.length, () => {
    const decompressor = createDecompressor({ maxOutput })
    const output: Buffer[] = []
    const take = (bytes: Uint8Array): void => void output.push(Buffer.from(bytes))
    try {
      for (let at = 0; at < input.length; at += piece) decompressor.push(input.subarray(at, at + piece), take)
      decompressor.end(take)
    } finally {
      decompressor.close()
    }
    return { kind: decompressor.kind, output: Buffer.concat(output) }
  })
}

function check(input: Uint8Array, kind: CompressionKind, theirs: (input: Uint8Array) => Buffer): void {
  const whole = decompress(input, Infinity)
  const pieces = decompress(input, 1 + ((input[input.length >> 1] ?? 0) % 61))
  holds(
    whole?.kind === pieces?.kind && (whole === undefined || whole.output.equals(pieces?.output ?? Buffer.alloc(0))),
    'in pieces it comes to another end',
  )
  if (whole === undefined) return
  holds(whole.output.length <= maxOutput, `${whole.output.length} bytes come out`)
  if (whole.kind === kind) holds(whole.output.equals(theirs(input)), 'node:zlib comes to another output')
}

function content(random: Random): Uint8Array {
  const parts: Uint8Array[] = []
  for (let count = random.below(4); count > 0; count--)
    parts.push(random.once(2) ? random.bytes(random.below(40)) : Buffer.alloc(random.below(600), random.below(256)))
  return Buffer.concat(parts)
}
const concat = (random: Random, most: number, make: () => Uint8Array): Uint8Array =>
  Uint8Array.from(Buffer.concat(Array.from({ length: 1 + random.below(most) }, make)))
const optional = <T>(random: Random, value: T): T | undefined => (random.once(3) ? value : undefined)

export const gzip: Target = {
  name: 'gzip',
  generate(random) {
    const members = concat(random, 3, () =>
      gzipMember({
        content: content(random),
        name: optional(random, 'a.tar'),
        comment: optional(random, 'x'),
        extra: optional(random, random.bytes(random.below(20))),
        headerCrc: random.once(3),
        options: { level: random.pick([0, 1, 6, 9]), strategy: random.below(5) },
      }),
    )
    return random.once(4) ? concat(random, 1, () => Buffer.concat([members, Buffer.alloc(random.below(20))])) : members
  },
  words: ['\u001f', '\b', '\0', '\0\0\0\0', '\u0003'],
  check: (input) => check(input, 'gzip', gunzipSync),
}

export const zstd: Target = {
  name: 'zstd',
  generate: (random) =>
    concat(random, 3, () => {
      if (random.once(4)) return skippableFrame(random.bytes(random.below(30)), random.below(16))
      const bytes = content(random)
      if (random.once(2))
        return zstdCompressSync(bytes, { params: { 100: random.pick([1, 3, 9]), 201: random.below(2) } })
      return zstdFrame({
        content: bytes,
        window: optional(random, random.below(256)),
        blockSize: optional(random, 1 + random.below(300)),
        blockType: random.once(8) ? random.pick([0, 1, 2, 3]) : 0,
      })
    }),
  words: ['(', '\0', '\u0001', '\0\0\0', '*M\u0018', 'P*M\u0018\0\0\0\0'],
  check: (input) => check(input, 'zstd', zstdDecompressSync),
}
