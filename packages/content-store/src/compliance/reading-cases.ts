import assert from 'node:assert/strict'
import type { Digest } from '@lading/digest'
import type { BlobAddress, ContentStore } from '../content-store.ts'
import { isLadingError } from '@lading/errors'
import { addressOf, collect, failsWith, someBytes, store, type Case } from './case.ts'

const bytes = someBytes(700_000, 5)

export const readingCases: readonly Case[] = [
  {
    name: 'hands out a blob in chunks',
    async run({ store: contents }) {
      const blob = await store(contents, bytes)
      assert.deepEqual(await collect(contents.open(blob)), bytes)
    },
  },
  {
    name: 'reports a size that the descriptor has wrong, and keeps the blob',
    async run({ store: contents }) {
      const { digest } = await store(contents, bytes)
      await failsWith('SIZE_MISMATCH', () => collect(contents.open({ digest, size: 1 })))
      assert.deepEqual(await contents.stat(digest), { size: bytes.length })
    },
  },
  {
    name: 'reads no more than is allowed',
    async run({ store: contents }) {
      const { digest } = await store(contents, bytes)
      await failsWith('TOO_LARGE', () => contents.read(digest, { maxBytes: bytes.length - 1 }))
      assert.deepEqual(await contents.read(digest, { maxBytes: bytes.length }), bytes)
    },
  },
  {
    name: 'says that a blob is not here',
    async run({ store: contents }) {
      const blob = addressOf(bytes)
      assert.equal(await contents.stat(blob.digest), undefined)
      await failsWith('CONTENT_UNKNOWN', () => contents.read(blob.digest))
      await failsWith('CONTENT_UNKNOWN', () => contents.verify(blob.digest))
      await failsWith('CONTENT_UNKNOWN', () => collect(contents.open(blob)))
      assert.equal(await contents.remove(blob.digest), false)
    },
  },
  {
    name: 'finds damage whenever it reads, and leaves it where it is',
    async run({ store: contents, damage }) {
      if (damage === undefined) return
      const blob = await store(contents, bytes)
      await damage(blob.digest)
      for (let time = 0; time < 2; time++) {
        await failsWith('CONTENT_DAMAGED', () => contents.read(blob.digest))
        await failsWith('CONTENT_DAMAGED', () => collect(contents.open(blob)))
        await failsWith('CONTENT_DAMAGED', () => contents.verify(blob.digest))
        assert.deepEqual(await contents.stat(blob.digest), { size: bytes.length })
      }
    },
  },
  {
    name: 'replaces what is damaged by a download that is asked for, and by no other',
    async run({ store: contents, again, damage }) {
      if (damage === undefined) return
      const blob = await store(contents, bytes)
      await damage(blob.digest)
      assert.equal(await contents.ingest(blob), undefined)
      await store(contents, bytes, { replace: true })
      assert.deepEqual(await contents.read(blob.digest), bytes)
      assert.deepEqual(await (await again?.())?.verify(blob.digest), again && { size: bytes.length })
    },
  },
  {
    name: 'keeps what is damaged until another copy is whole and right',
    async run({ store: contents, damage }) {
      if (damage === undefined) return
      const blob = await store(contents, bytes)
      await damage(blob.digest)
      const ingest = await contents.ingest(blob, { replace: true })
      assert.ok(ingest !== undefined)
      await ingest.begin({ start: 0, source: 'test' })
      await ingest.write(new Uint8Array(bytes.length))
      await failsWith('DIGEST_MISMATCH', () => ingest.commit())
      assert.deepEqual(await contents.stat(blob.digest), { size: bytes.length })
      await failsWith('CONTENT_DAMAGED', () => contents.verify(blob.digest))
    },
  },
  {
    name: 'lists what is here, and removes',
    async run({ store: contents }) {
      const kept = await store(contents, someBytes(10, 6))
      const removed = await store(contents, someBytes(20, 7))
      assert.deepEqual(
        await addressesIn(contents),
        [kept, removed].toSorted((a, b) => a.digest.localeCompare(b.digest)),
      )
      assert.equal(await contents.remove(removed.digest), true)
      assert.equal(await contents.stat(removed.digest), undefined)
      assert.equal((await contents.leftovers()).trash.bytes, 20)
      assert.equal((await contents.emptyTrash({ dryRun: true })).trash.bytes, 20)
      assert.equal((await contents.emptyTrash()).trash.bytes, 20)
      assert.equal((await contents.leftovers()).trash.bytes, 0)
      assert.deepEqual(await addressesIn(contents), [kept])
      await contents.makeDurable([kept.digest])
    },
  },
  {
    name: 'gives back what is needed when the trash is emptied, where removals exclude nobody',
    async run({ store: contents, removesInSteps = false }) {
      if (!removesInSteps) return
      const [wanted, other] = [await store(contents, someBytes(10, 6)), await store(contents, someBytes(20, 7))]
      for (const { digest } of [wanted, other]) {
        assert.equal(await contents.remove(digest), true)
        assert.equal(await contents.stat(digest), undefined)
        assert.equal((await contents.read(digest)).length, digest === wanted.digest ? 10 : 20)
      }
      const refuse = new Error('nobody knows')
      await assert.rejects(contents.emptyTrash({ needed: () => Promise.reject(refuse) }), (error) => error === refuse)
      assert.equal(await contents.stat(wanted.digest), undefined)
      const freed = await contents.emptyTrash({ needed: () => Promise.resolve(new Set([wanted.digest])) })
      assert.equal(freed.trash.bytes, 20)
      assert.deepEqual(await addressesIn(contents), [wanted])
      assert.deepEqual(await contents.verify(wanted.digest), { size: 10 })
      await failsWith('CONTENT_UNKNOWN', () => contents.read(other.digest))
    },
  },
  {
    name: 'lets nothing but a digest be the name of content',
    async run({ store: contents }) {
      for (const text of ['sha256:../../etc/passwd', `sha256:${'A'.repeat(64)}`, 'md5:00', '', '__proto__']) {
        const digest = text as Digest
        for (const attempt of [
          () => contents.stat(digest),
          () => contents.read(digest),
          () => contents.ingest({ digest, size: 1 }),
          () => contents.remove(digest),
          () => contents.put(digest, new Uint8Array(1)),
        ]) {
          await assert.rejects(async () => attempt(), isLadingError)
        }
      }
    },
  },
]

/** Sorted, and without the time, which must be one. */
async function addressesIn(contents: ContentStore): Promise<readonly BlobAddress[]> {
  const found: BlobAddress[] = []
  for await (const { modifiedMs, ...address } of contents.list()) {
    assert.ok(modifiedMs > 0)
    found.push(address)
  }
  return found.toSorted((a, b) => a.digest.localeCompare(b.digest))
}
