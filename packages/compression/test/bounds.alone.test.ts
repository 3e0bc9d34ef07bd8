import { gzipSync, zstdCompressSync } from 'node:zlib'
import { CompressionError, createDecompressor, decompress, type Bounds } from '@lading/compression'
import { describe, expect, it } from 'vitest'
import { atScale } from '../../../test/support/scale.ts'
import { gzipMember, sample, skippableFrame } from './support/build.ts'
import { brief, endOf, errorOf, run, runAsync } from './support/run.ts'

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

  it.each(compressors.slice(0, 2))(
    'of the ratio are exact, beyond what any input may give: %s',
    async (_, compress) => {
      const zeros = Buffer.alloc(MiB)
      const input = compress(zeros)
      const maxRatio = 10
      expect(endOf(input, [1000], { maxRatio, ratioFloor: MiB })).toBe(brief(zeros))
      expect(endOf(input, [1000], { maxRatio, ratioFloor: MiB - 1 })).toBe('COMPRESSION_RATIO_LIMIT')
      expect(endOf(input, [Infinity], { maxRatio, ratioFloor: 0, inputLength: MiB / maxRatio })).toBe(brief(zeros))
      expect(endOf(input, [Infinity], { maxRatio, ratioFloor: 0, inputLength: MiB / maxRatio - 1 })).toBe(
        'COMPRESSION_RATIO_LIMIT',
      )
      expect(endOf(input, [Infinity], { maxRatio: Infinity, ratioFloor: 0 })).toBe(brief(zeros))
      await expect(runAsync(input, [Infinity], { maxRatio, ratioFloor: MiB - 1 })).rejects.toMatchObject({
        code: 'COMPRESSION_RATIO_LIMIT',
      })
    },
  )

  it.each(compressors.slice(0, 2))(
    'of the ratio are about the whole where its length is known: content may begin with zeros: %s',
    (_, compress) => {
      const swapFile = Buffer.concat([Buffer.alloc(2 * MiB), sample(400_000)])
      const input = compress(swapFile)
      const bounds = { maxRatio: 100, ratioFloor: MiB }
      expect(endOf(input, [100], { ...bounds, inputLength: input.length })).toBe(brief(swapFile))
      expect(endOf(input, [100], bounds)).toBe('COMPRESSION_RATIO_LIMIT')
    },
  )

  it('of the ratio hold over members: many small ones are one bomb', () => {
    const member = gzipSync(Buffer.alloc(MiB), { level: 9 })
    expect(
      endOf(Buffer.concat(Array.from({ length: 20 }, () => member)), [Infinity], {
        maxRatio: 900,
        ratioFloor: 16 * MiB,
      }),
    ).toBe('COMPRESSION_RATIO_LIMIT')
  })

  it('let no input of 10 MiB cost more than 1 GiB, and refuse nothing that costs less', () => {
    const floor = atScale(16 * MiB, 1024 * MiB)
    const member = gzipSync(Buffer.alloc(16 * MiB), { level: 9 })
    const whole = Buffer.concat(Array.from({ length: (10 * floor) / (16 * MiB) }, () => member))
    let received = 0
    // Their defaults, where there is the time for it.
    const bounds = atScale<Bounds>({ ratioFloor: floor }, {})
    const decompressor = createDecompressor({ ...bounds, inputLength: whole.length })
    expect(() => {
      decompressor.push(whole, (bytes) => {
        received += bytes.length
      })
    }).toThrow(expect.objectContaining({ code: 'COMPRESSION_RATIO_LIMIT' }) as Error)
    expect(received).toBe(floor)
  })

  it('that are no numbers permit nothing', () => {
    const input = gzipSync(Buffer.alloc(1000))
    expect(endOf(input, [Infinity], { maxOutput: NaN })).toBe('COMPRESSION_OUTPUT_LIMIT')
    expect(endOf(input, [Infinity], { maxRatio: NaN })).toBe('COMPRESSION_RATIO_LIMIT')
  })

  it('keep memory small in the iterable too: nothing is decoded before it is asked for', async () => {
    const input = zstdCompressSync(Buffer.alloc(64 * MiB))
    const source = async function* (): AsyncGenerator<Uint8Array> {
      yield input
    }
    const before = process.memoryUsage().arrayBuffers
    for await (const bytes of decompress(source())) {
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * MiB)
      expect(bytes.length).toBeLessThan(MiB)
      break
    }
    expect.assertions(2)
  })

  it('say where and what', () => {
    const input = gzipSync(sample(400_000))
    expect(errorOf(input, [Infinity], { maxOutput: 1000 })).toMatchObject({
      message: expect.stringMatching(/^the first \d+ bytes decompress to more than the limit of 1000$/) as string,
      hint: 'raise maxOutput, if you trust the content',
      facts: { expected: 1000, offset: expect.any(Number) as number },
    })
    const bomb = gzipSync(Buffer.alloc(100_000))
    expect(errorOf(bomb, [Infinity], { ratioFloor: 2000, inputLength: bomb.length })).toMatchObject({
      message: `${bomb.length} bytes decompress to more than the limit of ${100 * bomb.length}: 2000 bytes are allowed for any input, or 100 for each input byte`,
      hint: 'raise maxRatio, if you trust the content',
      facts: { expected: 100 * bomb.length, offset: expect.any(Number) as number },
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
    const decompressor = createDecompressor()
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
