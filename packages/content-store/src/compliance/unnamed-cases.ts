import assert from 'node:assert/strict'
import { addressOf, collect, failsWith, someBytes, store, type Case } from './case.ts'

const bytes = someBytes(10_000, 21)
const blob = addressOf(bytes)

export const unnamedCases: readonly Case[] = [
  {
    name: 'computes the digest of content that came without one',
    async run({ store: contents }) {
      for (const options of [{}, { size: bytes.length }]) {
        const ingest = await contents.ingestUnnamed(options)
        await ingest.begin({ start: 0, source: 'compliance' })
        await ingest.write(bytes.slice(0, 4_000))
        await ingest.write(bytes.slice(4_000))
        assert.equal(ingest.offset, bytes.length)
        assert.deepEqual(await ingest.commit(), blob)
        assert.deepEqual(await ingest.commit(), blob)
        await ingest.discard()
        assert.deepEqual(await contents.read(blob.digest), bytes)
      }
    },
  },
  {
    name: 'computes it in the algorithm that is asked for',
    async run({ store: contents }) {
      const ingest = await contents.ingestUnnamed({ algorithm: 'sha512' })
      await ingest.begin({ start: 0, source: 'compliance' })
      const { digest, size } = await ingest.commit()
      assert.match(digest, /^sha512:cf83e1357eefb8bd/)
      assert.deepEqual(await contents.stat(digest), { size })
    },
  },
  {
    name: 'starts content without a digest over when the answer does',
    async run({ store: contents }) {
      const ingest = await contents.ingestUnnamed()
      await ingest.begin({ start: 0, source: 'compliance' })
      await ingest.write(someBytes(20_000, 22))
      await failsWith('RANGE_MISMATCH', () => ingest.begin({ start: 1, source: 'compliance' }))
      await ingest.begin({ start: 0, source: 'compliance' })
      await ingest.write(bytes.slice())
      assert.deepEqual(await ingest.commit(), blob)
    },
  },
  {
    name: 'holds content without a digest to its size',
    async run({ store: contents }) {
      const ingest = await contents.ingestUnnamed({ size: bytes.length })
      await ingest.begin({ start: 0, source: 'compliance' })
      await ingest.write(bytes.slice(1))
      await failsWith('SIZE_MISMATCH', () => ingest.commit())
      await failsWith('SIZE_MISMATCH', () => ingest.write(new Uint8Array(2)))
      await ingest.discard()
      await ingest.discard()
      await failsWith('INGEST_CLOSED', () => ingest.write(new Uint8Array(1)))
      await failsWith('INGEST_CLOSED', () => ingest.commit())
      assert.deepEqual(await collect(list(contents.list())), new Uint8Array(0))
    },
  },
  {
    name: 'sends a range to a sink',
    async run({ store: contents }) {
      await store(contents, bytes)
      for (const [offset, end] of [
        [0, undefined],
        [4_000, undefined],
        [0, 1],
        [4_000, 6_000],
        [10_000, 10_000],
      ] as const) {
        const chunks: Uint8Array[] = []
        const starts: number[] = []
        await contents.send(blob, {
          offset,
          end,
          begin: ({ start }) => void starts.push(start),
          write: (chunk) => void chunks.push(chunk),
        })
        assert.deepEqual(starts, [offset])
        assert.deepEqual(new Uint8Array(Buffer.concat(chunks)), bytes.slice(offset, end))
      }
      const sink = { offset: 0, begin: () => {}, write: () => {} }
      await failsWith('SIZE_MISMATCH', () => contents.send({ ...blob, size: 9_999 }, sink))
      await failsWith('RANGE_MISMATCH', () => contents.send(blob, { ...sink, offset: 10_001 }))
      await failsWith('CONTENT_UNKNOWN', () => contents.send(addressOf(someBytes(5, 23)), sink))
    },
  },
]

async function* list(entries: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  for await (const _ of entries) yield new Uint8Array(1)
}
