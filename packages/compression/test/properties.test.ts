import { gzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gzipMember, skippableFrame, zstdFrame } from './support/build.ts'
import { brief, endOf, run, runAsync } from './support/run.ts'

// Runs and noise, so that stored, fixed and dynamic blocks all come up.
const content = fc.oneof(
  fc.uint8Array({ maxLength: 2000 }),
  fc
    .array(fc.tuple(fc.nat(255), fc.integer({ min: 1, max: 500 })), { maxLength: 20 })
    .map((runs) => Buffer.concat(runs.map(([byte, length]) => Buffer.alloc(length, byte)))),
)
const pieces = fc.oneof(
  fc.constant([Infinity]),
  fc.constant([1]),
  fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 8 }),
)
const text = fc.string({ maxLength: 20 }).map((value) => value.replaceAll('\0', ''))
const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined })

const member = fc
  .record({
    content,
    name: optional(text),
    comment: optional(text),
    extra: optional(fc.uint8Array({ maxLength: 100 })),
    headerCrc: fc.boolean(),
    options: fc.record({ level: fc.integer({ min: 0, max: 9 }), strategy: fc.integer({ min: 0, max: 4 }) }),
  })
  .map((parts) => ({ content: parts.content, bytes: gzipMember(parts) }))
const gzipFile = fc.tuple(fc.array(member, { minLength: 1, maxLength: 4 }), fc.nat(20)).map(([members, zeros]) => ({
  kind: 'gzip' as const,
  content: Buffer.concat(members.map((each) => each.content)),
  bytes: Buffer.concat([...members.map((each) => each.bytes), Buffer.alloc(zeros)]),
  ends: members.map((_, index) => members.slice(0, index + 1).reduce((sum, each) => sum + each.bytes.length, 0)),
}))

const frame = fc.oneof(
  fc.tuple(content, fc.integer({ min: 1, max: 6 }), fc.integer({ min: 0, max: 1 })).map(([bytes, level, checksum]) => ({
    content: bytes,
    bytes: zstdCompressSync(bytes, { params: { 100: level, 201: checksum } }),
  })),
  content.map((bytes) => ({ content: bytes, bytes: zstdFrame({ content: bytes }) })),
  fc
    .tuple(content, fc.nat(15))
    .map(([bytes, variant]) => ({ content: new Uint8Array(0), bytes: skippableFrame(bytes, variant) })),
)
const zstdFile = fc.array(frame, { minLength: 1, maxLength: 4 }).map((frames) => ({
  kind: 'zstd' as const,
  content: Buffer.concat(frames.map((each) => each.content)),
  bytes: Buffer.concat(frames.map((each) => each.bytes)),
  ends: frames.map((_, index) => frames.slice(0, index + 1).reduce((sum, each) => sum + each.bytes.length, 0)),
}))
const file = fc.oneof(gzipFile, zstdFile)

describe('any gzip or zstd file, in any pieces', () => {
  it('comes out as what went in', () => {
    fc.assert(
      fc.property(file, pieces, ({ kind, content: expected, bytes }, cuts) => {
        const result = run(bytes, cuts)
        expect(result.output.equals(expected)).toBe(true)
        expect(result.kind).toBe(kind)
      }),
    )
  })

  it('comes out of the iterable as out of the decompressor', async () => {
    await fc.assert(
      fc.asyncProperty(file, pieces, async ({ bytes }, cuts) => {
        expect((await runAsync(bytes, cuts)).equals(run(bytes).output)).toBe(true)
      }),
    )
  })

  it('is refused when it was cut anywhere but between members or frames', () => {
    fc.assert(
      fc.property(file, fc.double({ min: 0, max: 1, noNaN: true }), pieces, ({ kind, bytes, ends }, where, cuts) => {
        const last = ends.at(-1) ?? 0
        const at = Math.floor(where * last)
        // The first bytes alone are plain content of that length.
        fc.pre(at >= (kind === 'gzip' ? 3 : 4))
        const end = endOf(bytes.subarray(0, at), cuts)
        expect(end.replace(/^\d+ bytes.*/, 'whole')).toBe(ends.includes(at) ? 'whole' : 'COMPRESSION_TRUNCATED')
      }),
    )
  })

  it('never comes out as something else when one bit of it is wrong and it has checksums', () => {
    const checked = fc.tuple(content, fc.boolean()).map(([bytes, zstd]) => ({
      content: Buffer.from(bytes),
      bytes: zstd ? zstdCompressSync(bytes, { params: { 201: 1 } }) : gzipSync(bytes),
    }))
    fc.assert(
      fc.property(checked, fc.nat(), fc.nat(7), ({ content: expected, bytes }, where, bit) => {
        const damaged = Buffer.from(bytes)
        // Behind the magic, or it would be plain content.
        const at = 4 + (where % (damaged.length - 4))
        damaged[at] = (damaged[at] as number) ^ (1 << bit)
        // The same: in a time stamp, a system, a name.
        expect(endOf(damaged)).toSatisfy((end: string) => end === brief(expected) || end.startsWith('COMPRESSION_'))
      }),
    )
  })
})

describe('any bytes', () => {
  const start = fc.constantFrom(
    '',
    '1f8b08',
    '1f8b0800000000000003',
    '1f8b081f00000000000304000000',
    '28b52ffd',
    '28b52ffd20',
    '28b52ffd00',
    '502a4d18',
    'fd377a585a',
    '425a6839',
  )
  const bytes = fc
    .tuple(start, fc.uint8Array({ maxLength: 400 }))
    .map(([hex, rest]) => Buffer.concat([Buffer.from(hex, 'hex'), rest]))

  it('come to the same end in any pieces: the same output, or the same error', () => {
    fc.assert(
      fc.property(bytes, pieces, (input, cuts) => {
        expect(endOf(input, cuts)).toBe(endOf(input))
      }),
    )
  })
})
