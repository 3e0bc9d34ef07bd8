import assert from 'node:assert/strict'
import type { AbortOptions } from '@lading/clock'
import { isLadingError } from '@lading/errors'
import type { GiveBack } from '../blob-sink.ts'
import { isAbsence } from '../is-absence.ts'
import {
  assertBytes,
  assertNoAbsence,
  assertPointsTo,
  blobOf,
  collect,
  deliver,
  failureOf,
  imageOf,
  isMade,
  isSingle,
  joined,
  keepingSink,
  nameIn,
  refuses,
  someBytes,
  someImage,
  stock,
  type Case,
} from './case.ts'
import type { ContentPlace } from './place.ts'

const image = someImage(1)
const [config = image.manifest, layer = image.manifest] = image.blobs
const absent = blobOf(someBytes(100, 77))

async function isSaidToBeAbsent(run: () => unknown): Promise<void> {
  const error = await failureOf(run)
  assert.ok(isAbsence(error), `it says that there is nothing: ${String(error)}`)
  assert.ok(isLadingError(error) && error.hint !== undefined, 'it has a hint')
}

async function withBlob(place: ContentPlace, bytes: Uint8Array): Promise<ReturnType<typeof blobOf>> {
  const blob = blobOf(bytes)
  if (isMade(place)) {
    // What no image has is nowhere there.
    await stock(place, imageOf([blob], 'of one layer'), ['one'])
    return blob
  }
  const delivery = await place.target.begin()
  await deliver(delivery, blob)
  await delivery.finish()
  return blob
}

export const sourceCases: readonly Case[] = [
  {
    name: 'resolves a name, and the digest that it points to',
    async run(place) {
      await stock(place, image, ['one'])
      await assertPointsTo(place, nameIn(place, 'one'), image)
      const { mediaType, digest, size } = await place.source.resolve(nameIn(place, 'one'))
      if (!isMade(place)) assert.deepEqual({ mediaType, digest, size }, image.manifest.descriptor)
      const again = await place.source.resolve(digest)
      assert.deepEqual([again.mediaType, again.digest, again.size], [mediaType, digest, size])
    },
  },
  {
    name: 'lists its names',
    async run(place) {
      await stock(place, image, ['one', 'two'])
      const found = new Map((await collect(place.source.names())).map(({ name, target }) => [name, target.digest]))
      const { digest } = await place.source.resolve(nameIn(place, 'one'))
      for (const word of ['one', 'two']) assert.equal(found.get(nameIn(place, word)), digest)
      if (!isSingle(place)) assert.equal(found.has(nameIn(place, 'three')), false)
      else assert.deepEqual([...found.keys()], [''])
    },
  },
  {
    name: 'says what is not there',
    async run(place) {
      await stock(place, image, ['one'])
      const { source } = place
      const sink = keepingSink()
      if (!isSingle(place)) await isSaidToBeAbsent(() => source.resolve(nameIn(place, 'two')))
      await isSaidToBeAbsent(() => source.resolve(absent.descriptor.digest))
      await isSaidToBeAbsent(() => source.send(absent.descriptor, sink))
      await isSaidToBeAbsent(() => collect(source.open(absent.descriptor)))
      assert.equal(await source.stat(absent.descriptor.digest), undefined)
      assert.equal(await source.document(someImage(2).manifest.descriptor), undefined)
      assert.equal(await source.document(someImage(2).blobs[0]?.descriptor ?? absent.descriptor), undefined)
      assert.deepEqual(sink.bytes().byteLength, 0)
    },
  },
  {
    name: 'has nothing before it was given anything',
    async run(place) {
      const { source } = place
      await isSaidToBeAbsent(() => source.resolve(nameIn(place, 'one')))
      assert.equal(await source.stat(absent.descriptor.digest), undefined)
      assert.equal(await source.document(image.manifest.descriptor), undefined)
    },
  },
  {
    name: 'gives manifests and configs with their exact bytes',
    async run(place) {
      await stock(place, image, ['one'])
      await assertPointsTo(place, nameIn(place, 'one'), image)
      for (const { descriptor, bytes } of isMade(place) ? [config] : [image.manifest, config]) {
        const document = await place.source.document(descriptor)
        assertBytes(document?.bytes, bytes)
        assert.deepEqual(document?.descriptor, descriptor)
      }
    },
  },
  {
    name: 'gives no document of another size than was said',
    async run(place) {
      await stock(place, image, ['one'])
      for (const descriptor of [await place.source.resolve(nameIn(place, 'one')), config.descriptor])
        await refuses(() => place.source.document({ ...descriptor, size: descriptor.size + 1 }), 'SIZE_MISMATCH')
    },
  },
  {
    name: 'sends a blob, or any range of it',
    async run(place) {
      const { descriptor, bytes } = await withBlob(place, someBytes(1000, 5))
      const ends = [undefined, 1, 2, 500, 999, 1000]
      for (const offset of [0, 1, 499, 999, 1000]) {
        for (const end of ends.filter((each) => each === undefined || each >= offset)) {
          const sink = keepingSink({ offset, ...(end === undefined ? {} : { end }) })
          await place.source.send(descriptor, sink)
          const [start = offset] = sink.starts
          assert.ok(start === offset || start === 0, `it starts at ${start} and not at ${offset}`)
          assertBytes(sink.bytes(), bytes.slice(start, end), `bytes from ${offset} to ${end}`)
        }
      }
    },
  },
  {
    name: 'sends an empty blob',
    async run(place) {
      const { descriptor } = await withBlob(place, new Uint8Array(0))
      const sink = keepingSink()
      await place.source.send(descriptor, sink)
      assert.deepEqual([sink.starts, sink.bytes().byteLength], [[0], 0])
    },
  },
  {
    name: 'sends nothing to a sink that has more than there is',
    async run(place) {
      const { descriptor } = await withBlob(place, someBytes(100, 6))
      const sink = keepingSink({ offset: 101 })
      await refuses(() => place.source.send(descriptor, sink))
      assert.equal(sink.bytes().byteLength, 0)
    },
  },
  {
    name: 'waits for what the sink waits for',
    async run(place) {
      const { descriptor, bytes } = await withBlob(place, someBytes(200_000, 7))
      let busy = false
      let overlaps = 0
      let received = 0
      const once = async (count: number): Promise<void> => {
        if (busy) overlaps++
        busy = true
        await new Promise((resolve) => {
          setTimeout(resolve, 0)
        })
        received += count
        busy = false
      }
      await place.source.send(descriptor, {
        offset: 0,
        begin: () => once(0),
        write: (chunk) => once(chunk.byteLength),
      })
      assert.deepEqual([busy, overlaps, received], [false, 0, bytes.byteLength])
    },
  },
  {
    name: 'gives its chunks for good, and uses only memory that was given back',
    async run(place) {
      const { descriptor, bytes } = await withBlob(place, someBytes(1_100_000, 21))
      for (const keeps of [Number.POSITIVE_INFINITY, 3, 3]) {
        const copies: Uint8Array[] = []
        const held: {
          readonly chunk: Uint8Array
          readonly copy: Uint8Array
          readonly giveBack?: GiveBack | undefined
        }[] = []
        const letGo = (): void => {
          const first = held.shift()
          if (first === undefined) return
          assertBytes(first.chunk, first.copy, 'a chunk that was not given back')
          first.chunk.fill(0)
          first.giveBack?.()
        }
        await place.source.send(descriptor, {
          offset: 0,
          begin: () => undefined,
          write(chunk, giveBack) {
            const copy = new Uint8Array(chunk)
            copies.push(copy)
            held.push({ chunk, copy, giveBack })
            while (held.length > keeps) letGo()
            return copies.length % 2 === 0 ? new Promise((resolve) => void setTimeout(resolve, 0)) : undefined
          },
        })
        while (held.length > 0) letGo()
        assertBytes(joined(copies), bytes)
      }
    },
  },
  ...(['begin', 'write'] as const).map((which): Case => ({
    name: `rejects with what the sink's ${which} threw, or with it as the cause`,
    async run(place) {
      const { descriptor } = await withBlob(place, someBytes(1000, 8))
      const reason = new Error('the disk is full')
      const error = await failureOf(() =>
        place.source.send(descriptor, {
          ...keepingSink(),
          [which]: () => {
            throw reason
          },
        }),
      )
      assert.ok(error === reason || (error instanceof Error && error.cause === reason))
    },
  })),
  {
    name: 'opens a blob, and lets a reader leave',
    async run(place) {
      const { descriptor, bytes } = await withBlob(place, someBytes(300_000, 9))
      assertBytes(joined(await collect(place.source.open(descriptor))), bytes)
      for await (const chunk of place.source.open(descriptor)) {
        assert.ok(chunk.byteLength > 0)
        break
      }
      assertBytes(joined(await collect(place.source.open(descriptor))), bytes)
    },
  },
  {
    name: 'opens nothing whole that has another size than was said',
    async run(place) {
      const { descriptor } = await withBlob(place, someBytes(100, 10))
      for (const size of [99, 101]) await refuses(() => collect(place.source.open({ ...descriptor, size })))
    },
  },
  {
    name: 'hands out nothing whole that is damaged',
    async run(place) {
      if (place.damage === undefined) return
      await stock(place, image, ['one'])
      await place.damage(layer.descriptor.digest)
      await refuses(() => collect(place.source.open(layer.descriptor)), 'DIGEST_MISMATCH', 'CONTENT_DAMAGED')
      if (isMade(place)) return
      await place.damage(image.manifest.descriptor.digest)
      const document = await place.source.document(image.manifest.descriptor).catch((error: unknown) => {
        if (!isLadingError(error)) throw error
      })
      assert.equal(document, undefined)
    },
  },
  {
    name: 'does nothing once its signal has gone off',
    async run(place) {
      await stock(place, image, ['one'])
      const reason = new Error('not now')
      const options = { signal: AbortSignal.abort(reason) }
      const { source } = place
      const sink = keepingSink()
      for (const run of [
        () => collect(source.names(options)),
        () => source.resolve(nameIn(place, 'one'), options),
        () => source.document(image.manifest.descriptor, options),
        () => source.stat(layer.descriptor.digest, options),
        () => source.send(layer.descriptor, sink, options),
        () => collect(source.open(layer.descriptor, options)),
      ])
        assert.equal(await failureOf(run), reason)
      assert.deepEqual(sink.starts, [])
    },
  },
  {
    name: 'takes no abort for absence, whatever its reason',
    async run(place) {
      await stock(place, image, ['one'])
      const { source } = place
      const asks: readonly ((options: AbortOptions) => Promise<unknown>)[] = [
        (options) => source.resolve(nameIn(place, 'one'), options),
        (options) => source.document(image.manifest.descriptor, options),
        (options) => source.document(config.descriptor, options),
        (options) => source.stat(layer.descriptor.digest, options),
        async (options) => (await collect(source.names(options))).at(0),
      ]
      for (const ask of asks) await assertNoAbsence(ask)
    },
  },
]
