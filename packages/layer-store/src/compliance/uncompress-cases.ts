import assert from 'node:assert/strict'
import zlib from 'node:zlib'
import { failsWith } from '@lading/content-store/compliance'
import { digestOf } from '@lading/digest/hash'
import { addressOf, gzipped, layer, store, tar } from './helpers.ts'
import type { Case } from './subject.ts'

export const uncompressCases: readonly Case[] = [
  {
    name: 'uncompresses a committed blob, whatever it is packed with, and tells how far it is',
    async run({ contents, layers }) {
      for (const bytes of [gzipped, new Uint8Array(zlib.zstdCompressSync(tar)), tar]) {
        const told: number[] = []
        const blob = await store(contents, bytes)
        const uncompressed = await layers.uncompress(blob, { onProgress: (consumed) => told.push(consumed) })
        assert.deepEqual(uncompressed, layer)
        assert.equal(told.at(-1), bytes.length)
        assert.deepEqual(
          told,
          told.toSorted((a, b) => a - b),
        )
        assert.equal(await layers.known(blob.digest), undefined)
      }
    },
  },
  {
    name: 'uncompresses nothing to nothing',
    async run({ contents, layers }) {
      const nothing = new Uint8Array(0)
      assert.deepEqual(await layers.uncompress(await store(contents, nothing)), { diffId: digestOf(nothing), size: 0 })
    },
  },
  {
    name: 'names a layer in every algorithm that is asked for',
    async run({ contents, layers }) {
      const blob = await store(contents, gzipped)
      assert.deepEqual(await layers.uncompress(blob, { algorithms: ['sha512', 'sha256', 'sha384', 'sha512'] }), {
        ...layer,
        aliases: [digestOf(tar, 'sha512'), digestOf(tar, 'sha384')],
      })
    },
  },
  {
    name: 'takes many at once',
    async run({ contents, layers }) {
      const tars = Array.from({ length: 6 }, (_, n) => tar.subarray(n * 1000, n * 1000 + 20_000))
      const blobs = await Promise.all(tars.map((each) => store(contents, new Uint8Array(zlib.gzipSync(each)))))
      assert.deepEqual(
        await Promise.all(blobs.map((blob) => layers.uncompress(blob))),
        tars.map((each) => ({ diffId: digestOf(each), size: each.length })),
      )
    },
  },
  {
    name: 'calls a blob corrupt that is right and does not decompress',
    async run({ contents, layers }) {
      const cutOff = await store(contents, gzipped.slice(0, -20))
      await failsWith('LAYER_CORRUPT', () => layers.uncompress(cutOff))
      assert.deepEqual(await layers.uncompress(await store(contents, gzipped)), layer)
    },
  },
  {
    name: 'holds content against its checksum in gzip, unless the caller holds it against its diffID',
    async run({ contents, layers }) {
      const wrong = gzipped.slice()
      // The CRC-32 (RFC 1952, section 2.3.1).
      wrong.set([(wrong.at(-8) ?? 0) ^ 1], wrong.length - 8)
      const blob = await store(contents, wrong)
      await failsWith('LAYER_CORRUPT', () => layers.uncompress(blob))
      assert.deepEqual(await layers.uncompress(blob, { checksums: false }), layer)
    },
  },
  {
    name: 'refuses a layer that costs more than it may',
    bounds: { maxLayerSize: tar.length - 1 },
    async run({ contents, layers }) {
      const blob = await store(contents, gzipped)
      await failsWith('LAYER_TOO_LARGE', () => layers.uncompress(blob))
    },
  },
  {
    name: 'refuses a bomb by its ratio',
    bounds: { maxInflationRatio: 10, inflationFloor: 100_000 },
    async run({ contents, layers }) {
      const bomb = await store(contents, new Uint8Array(zlib.gzipSync(new Uint8Array(1_000_000))))
      await failsWith('LAYER_TOO_LARGE', () => layers.uncompress(bomb))
      assert.deepEqual(await layers.uncompress(await store(contents, gzipped)), layer)
    },
  },
  {
    name: 'blames the source of a blob that is not here, or damaged, and not the layer',
    async run({ contents, layers, damage }) {
      await failsWith('LAYER_SOURCE_FAILED', () => layers.uncompress(addressOf(gzipped)))
      const blob = await store(contents, gzipped)
      await failsWith('LAYER_SOURCE_FAILED', () => layers.uncompress({ ...blob, size: blob.size - 1 }))
      if (damage === undefined) return
      await damage(blob.digest)
      await failsWith('LAYER_SOURCE_FAILED', () => layers.uncompress(blob))
    },
  },
  {
    name: 'stops for the signal, with its reason, and goes on with the next',
    async run({ contents, layers }) {
      const blob = await store(contents, gzipped)
      const reason = new Error('enough')
      await assert.rejects(layers.uncompress(blob, { signal: AbortSignal.abort(reason) }), (error) => error === reason)
      const aborting = new AbortController()
      const stopped = layers.uncompress(blob, { signal: aborting.signal })
      aborting.abort(reason)
      await assert.rejects(stopped, (error) => error === reason)
      assert.deepEqual(await layers.uncompress(blob), layer)
    },
  },
  {
    name: 'ends with what its listener throws',
    async run({ contents, layers }) {
      const blob = await store(contents, gzipped)
      const reason = new Error('the listener is broken')
      const onProgress = (): never => {
        throw reason
      }
      await assert.rejects(layers.uncompress(blob, { onProgress }), (error) => error === reason)
      assert.deepEqual(await layers.uncompress(blob), layer)
    },
  },
  {
    name: 'after close, or during it, says so',
    async run({ contents, layers }) {
      const blob = await store(contents, gzipped)
      const running = assert.rejects(layers.uncompress(blob), { code: 'LAYER_STORE_CLOSED' })
      await layers.close()
      await running
      await layers.close()
      await failsWith('LAYER_STORE_CLOSED', () => layers.uncompress(blob))
    },
  },
]
