import { gzipSync, zstdCompressSync } from 'node:zlib'
import { CompressionError, createDecompressor } from '@lading/compression'
import { describe, expect, it } from 'vitest'
import { gzipMember, sample, skippableFrame } from './support/build.ts'
import { brief, endOf, errorOf, run } from './support/run.ts'

const MiB = 1024 * 1024
const compressors = [
  ['gzip', gzipSync],
  ['zstd', zstdCompressSync],
  ['none', (bytes: Uint8Array) => Buffer.from(bytes)],
] as const

describe('bounds', () => {
  it.each(compressors)('of the output are exact: %s', (_, compress) => {
    const content = sample(400_000)
    const input = compress(content)
    expect(run(input, [1000], { maxOutput: content.length }).output.equals(content)).toBe(true)
    expect(endOf(input, [1000], { maxOutput: content.length - 1 })).toBe('COMPRESSION_OUTPUT_LIMIT')
    expect(endOf(input, [Infinity], { maxOutput: 0 })).toBe('COMPRESSION_OUTPUT_LIMIT')
  })

  it.each(compressors)('hand on no byte beyond the limit: %s', (_, compress) => {
    let received = 0
    const decompressor = createDecompressor({ maxOutput: MiB })
    expect(() => {
      decompressor.push(compress(sample(2 * MiB)), (bytes) => {
        received += bytes.length
      })
    }).toThrow(CompressionError)
    expect(received).toBeLessThanOrEqual(MiB)
  })

  it('of the ratio count only beyond 16 MiB of output', () => {
    expect(endOf(gzipSync(Buffer.alloc(16 * MiB)), [Infinity], { maxRatio: 2 })).toBe(brief(Buffer.alloc(16 * MiB)))
    expect(endOf(gzipSync(Buffer.alloc(16 * MiB + 1)), [Infinity], { maxRatio: 2 })).toBe('COMPRESSION_RATIO_LIMIT')
  })

  it('of the ratio can be lifted', () => {
    expect(endOf(zstdCompressSync(Buffer.alloc(20 * MiB)), [Infinity], { maxRatio: Infinity })).toBe(
      brief(Buffer.alloc(20 * MiB)),
    )
  })

  it('of the ratio hold over members: many small ones are one bomb', () => {
    const member = gzipSync(Buffer.alloc(MiB), { level: 9 })
    expect(endOf(Buffer.concat(Array.from({ length: 20 }, () => member)), [Infinity], { maxRatio: 900 })).toBe(
      'COMPRESSION_RATIO_LIMIT',
    )
  })

  it('say where and what', () => {
    const input = gzipSync(sample(400_000))
    expect(errorOf(input, [Infinity], { maxOutput: 1000 })).toMatchObject({
      message: expect.stringMatching(/^more than 1000 bytes come out of the first \d+$/) as string,
      hint: 'raise maxOutput if this content is trusted',
      facts: { expected: 1000, offset: expect.any(Number) as number },
    })
  })

  it('leave long walks over nothing alone', () => {
    const skippables = Buffer.concat(Array.from({ length: 20_000 }, () => skippableFrame(new Uint8Array(3))))
    expect(run(skippables).output).toHaveLength(0)
    const empties = Buffer.concat(Array.from({ length: 20_000 }, () => gzipMember({ content: new Uint8Array(0) })))
    expect(run(empties, [7777]).output).toHaveLength(0)
  })

  it('keep memory small, whatever comes out', () => {
    const input = zstdCompressSync(Buffer.alloc(256 * MiB))
    const decompressor = createDecompressor({ maxRatio: Infinity })
    let total = 0
    let largest = 0
    const before = process.memoryUsage().arrayBuffers
    decompressor.push(input, (bytes) => {
      total += bytes.length
      largest = Math.max(largest, process.memoryUsage().arrayBuffers)
    })
    expect(total).toBe(256 * MiB)
    expect(largest - before).toBeLessThan(8 * MiB)
  })
})
