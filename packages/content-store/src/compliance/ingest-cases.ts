import assert from 'node:assert/strict'
import { addressOf, failsWith, someBytes, startIngest, store, writeAll, type Case } from './case.ts'

const bytes = someBytes(10_000, 1)
const blob = addressOf(bytes)

export const ingestCases: readonly Case[] = [
  {
    name: 'shows a blob after its commit and not before',
    async run({ store: contents }) {
      const ingest = await startIngest(contents, blob)
      await writeAll(ingest, bytes)
      assert.equal(await contents.stat(blob.digest), undefined)
      await ingest.commit()
      await ingest.commit()
      assert.deepEqual(await contents.stat(blob.digest), { size: bytes.length })
      assert.deepEqual(await contents.read(blob.digest), bytes)
      assert.equal(await contents.ingest(blob), undefined)
    },
  },
  {
    name: 'takes an empty blob',
    async run({ store: contents }) {
      const empty = await store(contents, new Uint8Array(0))
      assert.deepEqual(await contents.stat(empty.digest), { size: 0 })
    },
  },
  {
    name: 'goes on where a closed ingest ended, with its validator',
    async run({ store: contents, again }) {
      const first = await startIngest(contents, blob)
      await first.begin({ start: 0, validator: '"v1"', source: 'compliance' })
      await first.write(bytes.slice(0, 4_321))
      assert.equal(first.offset, 4_321)
      await first.close()
      await first.close()
      const second = await startIngest((await again?.()) ?? contents, blob)
      assert.equal(second.offset, 4_321)
      assert.equal(second.validator, '"v1"')
      await writeAll(second, bytes, 4_321)
      await second.commit()
      assert.deepEqual(await contents.read(blob.digest), bytes)
    },
  },
  {
    name: 'starts over when the answer does',
    async run({ store: contents }) {
      const ingest = await startIngest(contents, blob)
      await writeAll(ingest, someBytes(5_000, 2))
      await writeAll(ingest, bytes)
      assert.equal(ingest.offset, bytes.length)
      await ingest.commit()
      assert.deepEqual(await contents.read(blob.digest), bytes)
    },
  },
  {
    name: 'refuses an answer that starts elsewhere, and goes on',
    async run({ store: contents }) {
      const ingest = await startIngest(contents, blob)
      await ingest.begin({ start: 0, source: 'compliance' })
      await ingest.write(bytes.slice(0, 100))
      await failsWith('RANGE_MISMATCH', () => ingest.begin({ start: 99, source: 'compliance' }))
      await failsWith('RANGE_MISMATCH', () => ingest.begin({ start: 101, source: 'compliance' }))
      await writeAll(ingest, bytes, 100)
      await ingest.commit()
    },
  },
  {
    name: 'refuses a byte beyond the size',
    async run({ store: contents }) {
      const ingest = await startIngest(contents, blob)
      await writeAll(ingest, bytes)
      await failsWith('SIZE_MISMATCH', () => ingest.write(new Uint8Array(1)))
      await ingest.commit()
      assert.deepEqual(await contents.read(blob.digest), bytes)
    },
  },
  {
    name: 'commits nothing that is short, and keeps it',
    async run({ store: contents }) {
      const ingest = await startIngest(contents, blob)
      await ingest.begin({ start: 0, source: 'compliance' })
      await ingest.write(bytes.slice(0, 9_999))
      await failsWith('SIZE_MISMATCH', () => ingest.commit())
      assert.equal(await contents.stat(blob.digest), undefined)
      await writeAll(ingest, bytes, 9_999)
      await ingest.commit()
    },
  },
  {
    name: 'throws away what has the wrong digest',
    async run({ store: contents }) {
      const ingest = await startIngest(contents, blob)
      await writeAll(ingest, someBytes(bytes.length, 4))
      await failsWith('DIGEST_MISMATCH', () => ingest.commit())
      await failsWith('INGEST_CLOSED', () => ingest.write(new Uint8Array(1)))
      const clean = await startIngest(contents, blob)
      assert.equal(clean.offset, 0)
      await writeAll(clean, bytes)
      await clean.commit()
    },
  },
  {
    name: 'forgets a discarded ingest',
    async run({ store: contents }) {
      const ingest = await startIngest(contents, blob)
      await writeAll(ingest, bytes)
      await ingest.discard()
      await ingest.discard()
      const next = await startIngest(contents, blob)
      assert.equal(next.offset, 0)
      await next.discard()
    },
  },
  {
    name: 'lets the second caller wait for the first, whose blob it then finds',
    async run({ store: contents, again }) {
      const first = await startIngest(contents, blob)
      const second = ((await again?.()) ?? contents).ingest(blob)
      await writeAll(first, bytes)
      await first.commit()
      assert.equal(await second, undefined)
    },
  },
  {
    name: 'lets a waiting caller give up',
    async run({ store: contents }) {
      const first = await startIngest(contents, blob)
      const reason = new Error('enough')
      const controller = new AbortController()
      const second = contents.ingest(blob, { signal: controller.signal })
      controller.abort(reason)
      await assert.rejects(second, (error) => error === reason)
      await writeAll(first, bytes)
      await first.commit()
      await assert.rejects(contents.ingest(blob, { signal: controller.signal }), (error) => error === reason)
    },
  },
  {
    name: 'an aborted commit commits nothing and can be repeated',
    async run({ store: contents }) {
      const ingest = await startIngest(contents, blob)
      await writeAll(ingest, bytes)
      const reason = new Error('not now')
      await assert.rejects(ingest.commit({ signal: AbortSignal.abort(reason) }), (error) => error === reason)
      assert.equal(await contents.stat(blob.digest), undefined)
      await ingest.commit()
      assert.deepEqual(await contents.stat(blob.digest), { size: bytes.length })
    },
  },
]
