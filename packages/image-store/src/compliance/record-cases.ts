import assert from 'node:assert/strict'
import type { Digest } from '@lading/digest'
import { digestOf } from '@lading/digest/hash'
import type { ImageRecord, ImageStore } from '../image-store.ts'
import type { Case } from './subject.ts'

const digest = (of: string): Digest => digestOf(new TextEncoder().encode(of))

/** A record with an ID that is different for each text. */
const record = (of: string, more: Partial<ImageRecord> = {}): ImageRecord => ({
  config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digest(of), size: of.length },
  diffIds: [digest('base'), digest(`${of} top`)],
  platform: { os: 'linux', architecture: 'arm64', variant: 'v8', osFeatures: ['f'] },
  created: '2026-11-24T00:00:00Z',
  manifests: [digest(`${of} manifest`)],
  blobs: [digest(`${of} blob`)],
  ...more,
})

async function idsIn(store: ImageStore): Promise<readonly Digest[]> {
  const ids: Digest[] = []
  for await (const { config } of store.list()) ids.push(config.digest)
  return ids
}

export const recordCases: readonly Case[] = [
  {
    name: 'has no records at first',
    async run({ store }) {
      assert.equal(await store.get(digest('a')), undefined)
      assert.deepEqual(await idsIn(store), [])
      assert.equal(await store.delete(digest('a')), false)
      assert.deepEqual(await store.search(digest('a')), { outcome: 'unknown' })
    },
  },
  {
    name: 'gives a record back as it was written, to whoever opens it next, until it is deleted',
    async run({ store, again }) {
      const plain = record('b', {
        created: undefined,
        platform: { os: 'windows', architecture: 'amd64', osVersion: '10.0.1' },
      })
      assert.deepEqual(await store.create(record('a')), record('a'))
      await store.create(plain)
      const next = await again()
      assert.deepEqual(await next.get(digest('a')), record('a'))
      const { created: _, ...withoutDate } = plain
      assert.deepEqual(await next.get(digest('b')), withoutDate)
      assert.deepEqual(await idsIn(next), [digest('a'), digest('b')].toSorted())
      assert.equal(await next.delete(digest('a')), true)
      assert.equal(await next.delete(digest('a')), false)
      assert.equal(await store.get(digest('a')), undefined)
      assert.deepEqual(await idsIn(store), [digest('b')])
    },
  },
  {
    name: 'keeps one record for twins, with what either was published with',
    async run({ store }) {
      await store.create(record('a'))
      const twin = { manifests: [digest('other manifest')], blobs: [digest('zstd'), digest('a blob')] }
      const joined = await store.create(record('a', twin))
      assert.deepEqual(joined.manifests, [digest('a manifest'), digest('other manifest')].toSorted())
      assert.deepEqual(joined.blobs, [digest('a blob'), digest('zstd')].toSorted())
      assert.deepEqual(await store.get(digest('a')), joined)
      assert.deepEqual(await store.create(record('a')), joined)
    },
  },
  {
    name: 'changes nothing for whoever has lost the lock',
    async run({ store }) {
      const lost = new Error('the lock was lost')
      const assertHeld = (): Promise<void> => Promise.reject(lost)
      await store.create(record('a'))
      const twin = record('a', { manifests: [digest('other manifest')] })
      for (const run of [
        () => store.create(twin, { assertHeld }),
        () => store.create(record('b'), { assertHeld }),
        () => store.delete(digest('a'), { assertHeld }),
      ])
        await assert.rejects(run, (error) => error === lost)
      assert.deepEqual(await store.get(digest('a')), record('a'))
      assert.deepEqual(await idsIn(store), [digest('a')])
    },
  },
  {
    name: 'finds a record by its ID or the start of it',
    async run({ store }) {
      await store.create(record('a'))
      for (const term of [digest('a'), digest('a').slice(7), digest('a').slice(7, 19), digest('a').slice(0, 12)])
        assert.deepEqual(await store.search(term), { outcome: 'found', digest: digest('a') })
      assert.deepEqual(await store.search('zz'), { outcome: 'unknown' })
    },
  },
  {
    name: 'takes a record that cannot be read for none, and writes it again',
    async run({ store, damage }) {
      if (damage === undefined) return
      await store.create(record('a'))
      await damage(digest('a'))
      assert.equal(await store.get(digest('a')), undefined)
      assert.deepEqual(await idsIn(store), [])
      await store.create(record('a'))
      assert.deepEqual(await store.get(digest('a')), record('a'))
    },
  },
  {
    name: 'lets no text but a digest be an ID',
    async run({ store }) {
      const hostile = 'sha256:../../../etc/passwd' as Digest
      for (const run of [() => store.get(hostile), () => store.delete(hostile)])
        await assert.rejects(run, { name: 'DigestError' })
    },
  },
]
