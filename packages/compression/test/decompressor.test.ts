import { gzipSync, zstdCompressSync } from 'node:zlib'
import { CompressionError, createDecompressor, decompress, sniff } from '@lading/compression'
import { isLadingError } from '@lading/errors'
import { describe, expect, it } from 'vitest'
import { gzipMember, sample } from './support/build.ts'
import { errorOf, runAsync } from './support/run.ts'

const ignore = (): void => {}

async function* source(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* chunks
}

async function* broken(): AsyncGenerator<Uint8Array> {
  yield gzipSync('x').subarray(0, 12)
  throw new RangeError('the line went dead')
}

describe('the first bytes', () => {
  it.each([
    [[0x1f, 0x8b, 0x08], 'gzip'],
    [[0x1f, 0x8b], undefined],
    [[0x1f, 0x8b, 0x07], 'none'],
    [[0x28, 0xb5, 0x2f, 0xfd], 'zstd'],
    [[0x5f, 0x2a, 0x4d, 0x18], 'zstd'],
    [[0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], 'xz'],
    [[...Buffer.from('BZh9'), 0x31, 0x41, 0x59, 0x26, 0x53, 0x59], 'bzip2'],
    [[...Buffer.from('BZhistory/')], 'none'],
    [[], undefined],
  ] as const)('%j say %s', (bytes, kind) => {
    expect(sniff(Uint8Array.from(bytes))).toBe(kind)
  })
})

describe('the kind', () => {
  it.each([
    ['gzip', gzipSync('x'), 3],
    ['zstd', zstdCompressSync('x'), 4],
    ['none', Buffer.from('plain'), 1],
    ['none', Buffer.from('BZh8plain'), 5],
  ] as const)('%s is known as soon as the bytes tell', (kind, input, after) => {
    const decompressor = createDecompressor()
    const seen = [...input.subarray(0, after)].map((_, index) => {
      decompressor.push(input.subarray(index, index + 1), ignore)
      return decompressor.kind
    })
    expect(seen).toEqual([...Array.from({ length: after - 1 }, () => undefined), kind])
    decompressor.close()
  })

  it('of nothing is plain, once that is certain', () => {
    const decompressor = createDecompressor()
    decompressor.push(new Uint8Array(0), ignore)
    expect(decompressor.kind).toBeUndefined()
    decompressor.end(ignore)
    expect(decompressor.kind).toBe('none')
  })
})

describe('errors', () => {
  it('name format, place and remedy of what is not supported', () => {
    const error = errorOf(Buffer.from('fd377a585a0000', 'hex'))
    expect(error).toBeInstanceOf(CompressionError)
    expect(isLadingError(error, 'COMPRESSION_FORMAT_UNSUPPORTED')).toBe(true)
    expect((error as CompressionError).toJSON()).toEqual({
      name: 'CompressionError',
      code: 'COMPRESSION_FORMAT_UNSUPPORTED',
      message: 'the content is compressed with xz',
      hint: 'compress the layer with gzip or zstd',
      offset: 0,
      actual: 'xz',
    })
  })

  it('keep what the engine said as the cause', async () => {
    const input = Buffer.from(gzipSync(sample(1000)))
    input[10] = 0x07
    await expect(runAsync(input)).rejects.toMatchObject({
      code: 'COMPRESSION_CORRUPT',
      cause: { code: 'Z_DATA_ERROR', message: 'invalid block type' },
    })
  })

  it('point to the byte where a second member should start', async () => {
    const first = gzipMember({ content: sample(100) })
    await expect(runAsync(Buffer.concat([first, Buffer.from('rubbish')]), [1])).rejects.toMatchObject({
      code: 'COMPRESSION_TRAILING_DATA',
      facts: { offset: first.length },
    })
  })
})

describe('the iterable', () => {
  it('gives chunks that stay as they are', async () => {
    const content = sample(900_000)
    const kept: Uint8Array[] = []
    for await (const chunk of decompress(source([gzipSync(content)]))) kept.push(chunk)
    expect(kept.length).toBeGreaterThan(1)
    expect(Buffer.concat(kept).equals(content)).toBe(true)
  })

  it('passes on what its source throws, as it is', async () => {
    await expect(async () => {
      for await (const _ of decompress(broken())) ignore()
    }).rejects.toThrow(new RangeError('the line went dead'))
  })

  it('ends its source when the reader leaves early', async () => {
    let ended = false
    const watched = async function* (): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield sample(1000)
      } finally {
        ended = true
      }
    }
    for await (const _ of decompress(watched())) break
    expect(ended).toBe(true)
  })

  it('stops for the signal, with its reason', async () => {
    const controller = new AbortController()
    const reason = new Error('enough')
    const received: number[] = []
    const read = async (): Promise<void> => {
      for await (const chunk of decompress(source([sample(10), sample(20), sample(30)]), {
        signal: controller.signal,
      })) {
        received.push(chunk.length)
        if (received.length === 2) controller.abort(reason)
      }
    }
    await expect(read()).rejects.toBe(reason)
    expect(received).toEqual([10, 20])
  })
})
