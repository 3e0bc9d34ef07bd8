import assert from 'node:assert/strict'
import { gzipSync } from 'node:zlib'
import { failsWith } from '@lading/content-store/compliance'
import type { ContentStore, Ingest } from '@lading/content-store'
import type { LayerStore, Uncompressed } from '../layer-store.ts'
import { addressOf, gzipped, layer, startIngest, write } from './helpers.ts'
import type { Case } from './subject.ts'

const half = gzipped.length >> 1
const first = gzipped.subarray(0, half)
const second = gzipped.subarray(half)

/** `undefined`: the engine's ingests cannot be followed. */
async function follow<Growth>(
  contents: ContentStore<Growth>,
  layers: LayerStore<Growth>,
  size = gzipped.length,
): Promise<{ readonly ingest: Ingest<Growth>; readonly result: Promise<Uncompressed> } | undefined> {
  const ingest = await startIngest(contents, gzipped)
  if (ingest.growth === undefined) {
    await ingest.discard()
    return undefined
  }
  await ingest.begin({ start: ingest.offset, source: 'compliance' })
  const result = layers.uncompress({ ...addressOf(gzipped), size }, { growth: ingest.growth })
  result.catch(() => {})
  return { ingest, result }
}

/** Whoever follows may have come so far. */
const aMoment = async (): Promise<void> => {
  await new Promise((resolve) => setTimeout(resolve, 20))
}

export const followingCases: readonly Case[] = [
  {
    name: 'follows a blob while it comes, and says nothing before it is right',
    async run({ contents, layers }) {
      const following = await follow(contents, layers)
      if (following === undefined) return
      const { ingest, result } = following
      let isSaid = false
      void result.then(() => (isSaid = true))
      await write(ingest, first)
      await write(ingest, second)
      await aMoment()
      assert.equal(isSaid, false)
      await ingest.commit()
      assert.deepEqual(await result, layer)
    },
  },
  {
    name: 'follows a blob from its start that was there in part',
    async run({ contents, layers }) {
      const begun = await startIngest(contents, gzipped)
      await begun.begin({ start: 0, source: 'compliance' })
      await write(begun, first)
      await begun.close()
      const following = await follow(contents, layers)
      if (following === undefined) return
      assert.equal(following.ingest.offset, half)
      await write(following.ingest, second)
      await following.ingest.commit()
      assert.deepEqual(await following.result, layer)
    },
  },
  {
    name: 'begins again with a blob that does, whatever came first',
    async run({ contents, layers }) {
      const following = await follow(contents, layers)
      if (following === undefined) return
      const { ingest, result } = following
      // The method of its header is one that does not exist, which shows at once.
      await write(ingest, new Uint8Array(1000).fill(0xff))
      await aMoment()
      await ingest.begin({ start: 0, source: 'compliance' })
      await write(ingest, gzipped)
      await ingest.commit()
      assert.deepEqual(await result, layer)
    },
  },
  {
    name: 'blames the source of a blob that does not come to its end',
    async run({ contents, layers }) {
      for (const end of ['close', 'discard'] as const) {
        const following = await follow(contents, layers)
        if (following === undefined) return
        await write(following.ingest, gzipped.subarray(following.ingest.offset, half + 10))
        await following.ingest[end]()
        await failsWith('LAYER_SOURCE_FAILED', () => following.result)
      }
    },
  },
  {
    name: 'blames the source of a blob that is larger than was said',
    async run({ contents, layers }) {
      const following = await follow(contents, layers, gzipped.length - 1)
      if (following === undefined) return
      await write(following.ingest, gzipped)
      await following.ingest.commit()
      await failsWith('LAYER_SOURCE_FAILED', () => following.result)
    },
  },
  {
    name: 'blames the source of a blob with the wrong digest, though it can be uncompressed',
    async run({ contents, layers }) {
      const following = await follow(contents, layers)
      if (following === undefined) return
      const other = new Uint8Array(gzipSync(new Uint8Array(10)))
      await write(following.ingest, other)
      await write(following.ingest, new Uint8Array(gzipped.length - other.length))
      await failsWith('DIGEST_MISMATCH', () => following.ingest.commit())
      await failsWith('LAYER_SOURCE_FAILED', () => following.result)
    },
  },
]
