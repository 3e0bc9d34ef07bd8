import { createTarReader, readTar, type TarBounds } from '@lading/tar'
import { describe, expect, it } from 'vitest'
import { archive, gnuMagic, header, long, member, pax } from './support/build.ts'
import { readAll } from './support/read.ts'
import { inPieces } from './support/written.ts'

const binary = (value: number): Buffer => {
  const bytes = Buffer.alloc(12)
  bytes[0] = 0x80
  bytes.writeBigUInt64BE(BigInt(value), 4)
  return bytes
}
const piece = `${'0'.repeat(11)}\0${'0'.repeat(10)}3\0`
const sparse = (realSize: number): Buffer =>
  archive(member({ type: 'S', magic: gnuMagic, sparse: piece, realSize: binary(realSize) }, 'abc'))
const some = (count: number): Buffer => archive(...Array.from({ length: count }, () => header()))

const rows: readonly (readonly [bound: keyof TarBounds, fits: Buffer, exceeds: Buffer, options?: TarBounds])[] = [
  [
    'maxHeaderSize',
    archive(long('n'.repeat(99)), header()),
    archive(long('n'.repeat(100)), header()),
    { maxHeaderSize: 100 },
  ],
  [
    'maxHeaderSize',
    archive(pax([['c', 'x'.repeat(1024 * 1024 - 11)]]), header()),
    archive(pax([['c', 'x'.repeat(1024 * 1024 - 10)]]), header()),
  ],
  ['maxNameLength', archive(long('n'.repeat(4096)), header()), archive(long('n'.repeat(4097)), header())],
  ['maxNameLength', archive(header({ name: 'abc' })), archive(header({ name: 'abcd' })), { maxNameLength: 3 }],
  [
    'maxNameLength',
    archive(header({ type: '2', link: 'abc' })),
    archive(header({ type: '2', link: 'abcd' })),
    { maxNameLength: 3 },
  ],
  ['maxDepth', archive(long('a/'.repeat(1023) + 'b'), header()), archive(long('a/'.repeat(1024) + 'b'), header())],
  ['maxEntries', some(3), some(4), { maxEntries: 3 }],
  ['maxSparseSize', sparse(1024 ** 4), sparse(1024 ** 4 + 1)],
]

describe.each(rows.map(([bound, fits, exceeds, options]) => ({ bound, fits, exceeds, options })))(
  '$bound',
  ({ bound, fits, exceeds, options }) => {
    it('holds what it allows', () => {
      expect(readAll(fits, Infinity, options).length).toBeGreaterThan(0)
    })

    it('refuses one more, and says how to raise it', () => {
      expect(() => readAll(exceeds, Infinity, options)).toThrowError(
        expect.objectContaining({ code: 'TAR_TOO_LARGE', hint: `raise ${bound}, if you trust the archive` }) as Error,
      )
    })
  },
)

it('headers for all entries that follow are bounded together', () => {
  const global = (index: number): Buffer => pax([[`k${index}`, 'x'.repeat(400_000)]], { type: 'g' })
  expect(() => readAll(archive(global(0), global(1), global(2), header()))).toThrowError(
    expect.objectContaining({ code: 'TAR_TOO_LARGE' }) as Error,
  )
})

it('many small records for all entries that follow are refused, since each entry is read with all of them', () => {
  const global = (count: number): Buffer =>
    pax(
      Array.from({ length: count }, (_, at) => [`k${at}`, 'v'] as const),
      { type: 'g' },
    )
  expect(readAll(archive(global(256), header()))).toHaveLength(1)
  expect(() => readAll(archive(global(257), header()))).toThrowError(
    expect.objectContaining({ code: 'TAR_TOO_LARGE' }) as Error,
  )
})

it('a header of 1 GB is refused before any of it has come', () => {
  const reader = createTarReader({ entry: () => undefined })
  expect(() => reader.push(header({ type: 'x', size: 1024 ** 3 }))).toThrowError(
    expect.objectContaining({ code: 'TAR_TOO_LARGE', facts: { offset: 0 } }) as Error,
  )
})

it('entries of one chunk do not keep others from their turn', async () => {
  const count = 20_000
  const one = header()
  const chunk = Buffer.alloc(count * 512 + 1024)
  for (let index = 0; index < count; index++) one.copy(chunk, index * 512)
  let turns = 0
  let read = 0
  let isRead = false
  const turn = (): void => {
    turns++
    if (!isRead) setImmediate(turn)
  }
  setImmediate(turn)
  for await (const { path } of readTar(inPieces(chunk, chunk.length))) if (path === 'a') read++
  isRead = true
  expect(read).toBe(count)
  expect(turns).toBeGreaterThanOrEqual(4)
})
