import assert from 'node:assert/strict'
import { addressOf, collect, failsWith, someBytes, startIngest, store, writeAll, type Case } from './case.ts'

const bytes = someBytes(300_000, 21)
const blob = addressOf(bytes)
const all = { start: 0, end: bytes.length }
const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

export const arrivingCases: readonly Case[] = [
  {
    name: 'gives a blob while it comes, from anywhere, and after its commit to the end',
    async run({ store: contents }) {
      const ingest = await startIngest(contents, blob)
      const ranges = [all, { start: 123_456, end: bytes.length }, { start: 77, end: 200_000 }, { start: 5, end: 5 }]
      const read = ranges.map((range) => collect(contents.arriving.read(blob.digest, range)))
      await ingest.begin({ start: 0, source: 'compliance' })
      for (let at = 0; at < bytes.length; at += 50_000) {
        await ingest.write(bytes.slice(at, at + 50_000))
        await turn()
      }
      const late = contents.arriving.read(blob.digest, all)[Symbol.asyncIterator]()
      const first = await late.next()
      await ingest.commit()
      for (const [at, { start, end }] of ranges.entries()) assert.deepEqual(await read[at], bytes.slice(start, end))
      assert.ok(first.done !== true)
      const rest = await collect({ [Symbol.asyncIterator]: () => late })
      assert.deepEqual(new Uint8Array(Buffer.concat([first.value, rest])), bytes)
    },
  },
  {
    name: 'gives what an earlier ingest left',
    async run({ store: contents, again }) {
      const first = await startIngest(contents, blob)
      await first.begin({ start: 0, source: 'compliance' })
      await first.write(bytes.slice(0, 100_000))
      await first.close()
      const second = await startIngest((await again?.()) ?? contents, blob)
      assert.deepEqual(
        await collect(contents.arriving.read(blob.digest, { start: 10, end: 100_000 })),
        bytes.slice(10, 100_000),
      )
      await second.discard()
    },
  },
  {
    name: 'ends the readers of an ingest that begins anew, is closed, discarded or wrong',
    async run({ store: contents }) {
      const ends = [
        (ingest) => ingest.begin({ start: 0, source: 'compliance' }),
        (ingest) => ingest.close(),
        (ingest) => ingest.discard(),
        async (ingest) => {
          await ingest.write(new Uint8Array(bytes.length - 1_000))
          await failsWith('DIGEST_MISMATCH', () => ingest.commit())
        },
      ] satisfies ((ingest: Awaited<ReturnType<typeof startIngest>>) => Promise<void> | void)[]
      for (const end of ends) {
        const ingest = await startIngest(contents, blob, { fresh: true })
        await ingest.begin({ start: 0, source: 'compliance' })
        await ingest.write(bytes.slice(0, 1_000))
        const reader = contents.arriving.read(blob.digest, all)[Symbol.asyncIterator]()
        assert.deepEqual((await reader.next()).value, bytes.slice(0, 1_000))
        await Promise.all([
          failsWith('INGEST_CLOSED', async () => {
            for (let next = await reader.next(); next.done !== true; next = await reader.next());
          }),
          end(ingest),
        ])
        await ingest.discard()
      }
    },
  },
  {
    name: 'knows of no blob that nobody brings, nor of bytes beyond the end, and lets a reader leave',
    async run({ store: contents }) {
      const read = (range = all, signal?: AbortSignal): Promise<Uint8Array> =>
        collect(contents.arriving.read(blob.digest, range, { signal }))
      await failsWith('CONTENT_UNKNOWN', async () => read())
      const ingest = await startIngest(contents, blob)
      await writeAll(ingest, bytes)
      const beyond = contents.arriving.read(blob.digest, { start: 299_999, end: 300_001 })
      const reason = new Error('enough')
      const controller = new AbortController()
      const left = read({ start: 0, end: bytes.length + 1 }, controller.signal)
      controller.abort(reason)
      await assert.rejects(left, (error) => error === reason)
      await Promise.all([failsWith('SIZE_MISMATCH', () => collect(beyond)), ingest.commit()])
      await failsWith('CONTENT_UNKNOWN', async () => read())
      await store(contents, someBytes(10, 22))
    },
  },
]
