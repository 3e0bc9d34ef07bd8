import assert from 'node:assert/strict'
import type { AbortOptions } from '@lading/clock'
import type { Digest } from '@lading/digest'
import type { Delivery, PublishResult } from '../target.ts'
import type { Receiver } from '../receiver.ts'
import {
  assertBytes,
  assertNoAbsence,
  assertPointsTo,
  assertThere,
  collect,
  deliver,
  deliverImage,
  failureOf,
  fill,
  indexOf,
  isMade,
  isOnce,
  isSingle,
  nameIn,
  receive,
  refuses,
  someImage,
  stock,
  type Case,
} from './case.ts'
import type { ContentPlace } from './place.ts'

const image = someImage(3)
const other = someImage(4)
const index = indexOf([image.manifest, other.manifest])
const [config = image.manifest, layer = image.manifest] = image.blobs

const pointsTo = async ({ source }: Pick<ContentPlace, 'source'>, name: string): Promise<Digest> =>
  (await source.resolve(name)).digest

async function assertNameless(place: ContentPlace, word: string): Promise<void> {
  await refuses(() => place.source.resolve(nameIn(place, word)))
}

function assertMissing(result: PublishResult, expected: readonly Digest[]): void {
  assert.equal(result.outcome, 'missing')
  assert.deepEqual(
    result.outcome === 'missing' ? result.blobs.map(({ digest }) => digest).toSorted() : [],
    expected.toSorted(),
  )
}

/** Where a delivery of one image can be given up. */
const steps = ['begin', 'has', 'receive', 'begin of a blob', 'write', 'commit', 'blobs', 'publish'] as const

/** Does a delivery up to one of its steps. */
async function upTo(step: (typeof steps)[number], delivery: Delivery, place: ContentPlace): Promise<void> {
  const at = steps.indexOf(step)
  let receiver: Receiver | undefined
  const actions: readonly (() => Promise<unknown>)[] = [
    async () => undefined,
    () => delivery.has(layer.descriptor),
    async () => (receiver = await receive(delivery, layer)),
    async () => receiver?.begin({ start: 0, source: 'compliance' }),
    async () => receiver?.write(layer.bytes.slice()),
    async () => receiver?.commit(),
    async () => {
      for (const blob of image.blobs) await deliver(delivery, blob)
    },
    () =>
      delivery.publish({
        target: image.manifest.descriptor,
        names: [nameIn(place, 'one')],
        documents: [image.manifest],
      }),
  ]
  for (const action of actions.slice(0, at + 1)) await action()
}

export const deliveryCases: readonly Case[] = [
  {
    name: 'publishes an image under a name, and nothing more the second time',
    async run(place) {
      const delivery = await place.target.begin()
      const name = nameIn(place, 'one')
      assert.equal(await delivery.has(image.manifest.descriptor), false)
      assert.deepEqual(await deliverImage(delivery, image, [name]), { outcome: 'published' })
      if (!isOnce(place)) await assertPointsTo(place, name, image)
      assert.equal(await delivery.has(image.manifest.descriptor), true)
      assert.deepEqual(await deliverImage(delivery, image, [name]), { outcome: 'unchanged' })
      await delivery.finish()
      await assertPointsTo(place, name, image)
      if (isOnce(place)) return
      const later = await place.target.begin()
      assert.deepEqual(await deliverImage(later, image, [name]), { outcome: 'unchanged' })
      await later.finish()
    },
  },
  {
    name: 'publishes under several names at once, and under none',
    async run(place) {
      if (isSingle(place)) return
      const delivery = await place.target.begin()
      const names = ['one', 'two', 'three'].map((word) => nameIn(place, word))
      await deliverImage(delivery, image, names)
      await deliverImage(delivery, other, [])
      if (isOnce(place)) await delivery.finish()
      for (const name of names) await assertPointsTo(place, name, image)
      if (!isMade(place))
        assertBytes((await place.source.document(other.manifest.descriptor))?.bytes, other.manifest.bytes)
      if (!isOnce(place)) await delivery.finish()
    },
  },
  {
    name: 'adds a name to what is there',
    async run(place) {
      if (isOnce(place) || isSingle(place)) return
      await stock(place, image, ['one'])
      await stock(place, image, ['one', 'two'])
      await assertPointsTo(place, nameIn(place, 'two'), image)
    },
  },
  {
    name: 'publishes an index with all below it, given in any order',
    async run(place) {
      if (isMade(place)) return
      const delivery = await place.target.begin()
      for (const blob of [...image.blobs, ...other.blobs]) await deliver(delivery, blob)
      const name = nameIn(place, 'one')
      const publication = {
        target: index.descriptor,
        names: [name],
        documents: [index, image.manifest, other.manifest],
      }
      assert.deepEqual(await delivery.publish(publication), { outcome: 'published' })
      await delivery.finish()
      assert.equal(await pointsTo(place, name), index.descriptor.digest)
      for (const { descriptor, bytes } of publication.documents)
        assertBytes((await place.source.document(descriptor))?.bytes, bytes)
    },
  },
  {
    name: 'lets a child of an index be absent, or says that it is missing',
    async run(place) {
      if (isMade(place)) return
      const delivery = await place.target.begin()
      for (const blob of image.blobs) await deliver(delivery, blob)
      const name = nameIn(place, 'one')
      const result = await delivery.publish({
        target: index.descriptor,
        names: [name],
        documents: [image.manifest, index],
      })
      await delivery.finish()
      if (place.target.traits.partialIndex) {
        assert.deepEqual(result, { outcome: 'published' })
        assert.equal(await pointsTo(place, name), index.descriptor.digest)
        assert.equal(await place.source.document(other.manifest.descriptor), undefined)
      } else {
        assertMissing(result, [other.manifest.descriptor.digest])
        await assertNameless(place, 'one')
      }
    },
  },
  {
    name: 'names nothing before all that it needs is there, and says what is missing',
    async run(place) {
      const delivery = await place.target.begin()
      const publication = {
        target: image.manifest.descriptor,
        names: [nameIn(place, 'one')],
        documents: [image.manifest],
      }
      const digests = image.blobs.map(({ descriptor }) => descriptor.digest)
      for (const [at, blob] of image.blobs.entries()) {
        assertMissing(await delivery.publish(publication), digests.slice(at))
        await assertNameless(place, 'one')
        await deliver(delivery, blob)
      }
      assert.deepEqual(await delivery.publish(publication), { outcome: 'published' })
      await delivery.finish()
    },
  },
  {
    name: 'counts no half of a blob as there',
    async run(place) {
      const delivery = await place.target.begin()
      for (const blob of image.blobs) if (blob !== layer) await deliver(delivery, blob)
      const receiver = await receive(delivery, layer)
      await fill(receiver, layer)
      const publication = {
        target: image.manifest.descriptor,
        names: [nameIn(place, 'one')],
        documents: [image.manifest],
      }
      assertMissing(await delivery.publish(publication), [layer.descriptor.digest])
      await receiver.commit()
      assert.deepEqual(await delivery.publish(publication), { outcome: 'published' })
      await delivery.finish()
    },
  },
  {
    name: 'refuses a publication whose documents are something else, or lack the target',
    async run(place) {
      const delivery = await place.target.begin()
      for (const blob of image.blobs) await deliver(delivery, blob)
      const names = [nameIn(place, 'one')]
      const { descriptor } = image.manifest
      const wrong = {
        descriptor,
        bytes: new TextEncoder().encode(JSON.stringify(JSON.parse(decoded(image.manifest.bytes)), null, 1)),
      }
      await refuses(() => delivery.publish({ target: descriptor, names, documents: [wrong] }))
      await refuses(() => delivery.publish({ target: descriptor, names, documents: [] }), 'PUBLICATION_INVALID')
      await assertNameless(place, 'one')
      await delivery.finish()
    },
  },
  {
    name: 'moves a name',
    async run(place) {
      const name = nameIn(place, 'one')
      if (isOnce(place)) {
        const delivery = await place.target.begin()
        await deliverImage(delivery, image, [name, nameIn(place, 'two')])
        assert.deepEqual(await deliverImage(delivery, other, [name]), { outcome: 'published' })
        await delivery.finish()
      } else {
        await stock(place, image, ['one', 'two'])
        await stock(place, other, ['one'])
      }
      await assertPointsTo(place, name, other)
      if (!isSingle(place)) await assertPointsTo(place, nameIn(place, 'two'), image)
      const targets = (await collect(place.source.names())).filter((each) => each.name === name)
      assert.deepEqual(
        targets.map(({ target }) => target.digest),
        [await pointsTo(place, name)],
      )
    },
  },
  {
    name: 'takes two deliveries of the same blob and the same name at once',
    async run(place) {
      if (isOnce(place)) return
      const second = (await place.again?.()) ?? place
      const [a, b] = [await place.target.begin(), await second.target.begin()]
      const first = await receive(a, layer)
      await first.begin({ start: 0, source: 'compliance' })
      await first.write(layer.bytes.slice(0, 100))
      const waiting = deliver(b, layer)
      await first.write(layer.bytes.slice(100))
      await first.commit()
      await first.close()
      await waiting
      await assertThere(place, layer)
      const name = nameIn(place, 'one')
      const results = await Promise.all([deliverImage(a, image, [name]), deliverImage(b, other, [name])])
      assert.deepEqual(results, [{ outcome: 'published' }, { outcome: 'published' }])
      await a.finish()
      await b.finish()
      const current = await pointsTo(second, name)
      if (!isMade(place)) assert.ok([image, other].some(({ manifest }) => manifest.descriptor.digest === current))
      const last = other.manifest.descriptor.digest === current ? other : image
      for (const blob of isSingle(place) ? last.blobs : [...image.blobs, ...other.blobs])
        await assertThere(second, blob)
    },
  },
  {
    name: 'one delivery that is given up takes nothing from another',
    async run(place) {
      if (isOnce(place)) return
      const [a, b] = [await place.target.begin(), await place.target.begin()]
      await deliver(a, layer)
      await b.abort()
      assert.deepEqual(await deliverImage(a, image, [nameIn(place, 'one')]), { outcome: 'published' })
      await a.finish()
    },
  },
  ...steps.map((step): Case => ({
    name: `can be given up after: ${step}`,
    async run(place) {
      const delivery = await place.target.begin()
      await upTo(step, delivery, place)
      await delivery.abort()
      await delivery.abort()
      await refuses(() => delivery.finish(), 'DELIVERY_ENDED')
      if (isOnce(place)) {
        await assertNameless(place, 'one')
        await refuses(() => place.target.begin())
        return
      }
      if (step === 'publish') await assertPointsTo(place, nameIn(place, 'one'), image)
      else await assertNameless(place, 'one')
      // What was left stands in nobody's way.
      const again = await place.target.begin()
      const { outcome } = await deliverImage(again, image, [nameIn(place, 'one')])
      assert.equal(outcome, step === 'publish' ? 'unchanged' : 'published')
      await again.finish()
      for (const blob of image.blobs) await assertThere(place, blob)
    },
  })),
  ...(['finish', 'abort'] as const).map((end): Case => ({
    name: `does nothing after ${end}`,
    async run(place) {
      const delivery = await place.target.begin()
      const receiver = await receive(delivery, layer)
      if (place.target.traits.rewinds) await fill(receiver, layer)
      await delivery[end]()
      await delivery.abort()
      const publication = { target: image.manifest.descriptor, names: [], documents: [image.manifest] }
      for (const run of [
        () => delivery.finish(),
        () => delivery.has(layer.descriptor),
        () => delivery.receive(config.descriptor),
        () => delivery.publish(publication),
      ])
        await refuses(run, 'DELIVERY_ENDED')
      await refuses(() => receiver.write(new Uint8Array(1)))
      await refuses(() => receiver.commit())
      assert.equal(await place.source.stat(layer.descriptor.digest), undefined)
    },
  })),
  {
    name: 'does nothing once its signal has gone off, and can be tried again',
    async run(place) {
      const reason = new Error('not now')
      const options = { signal: AbortSignal.abort(reason) }
      assert.equal(await failureOf(() => place.target.begin(options)), reason)
      const delivery = await place.target.begin()
      for (const blob of image.blobs) await deliver(delivery, blob)
      const publication = {
        target: image.manifest.descriptor,
        names: [nameIn(place, 'one')],
        documents: [image.manifest],
      }
      for (const run of [
        () => delivery.has(layer.descriptor, options),
        () => delivery.receive(other.manifest.descriptor, options),
        () => delivery.publish(publication, options),
        () => delivery.finish(options),
      ])
        assert.equal(await failureOf(run), reason)
      await assertNameless(place, 'one')
      assert.deepEqual(await delivery.publish(publication), { outcome: 'published' })
      await delivery.finish()
    },
  },
  {
    name: 'takes no abort for absence, whatever its reason',
    async run(place) {
      const before = await place.target.begin()
      for (const blob of image.blobs) await deliver(before, blob)
      const publication = {
        target: image.manifest.descriptor,
        names: [nameIn(place, 'one')],
        documents: [image.manifest],
      }
      // Asked by a delivery that was not told yet, where there may be a second one.
      const ask = async (what: (delivery: Delivery, options: AbortOptions) => Promise<unknown>): Promise<void> => {
        const delivery = isOnce(place) ? before : await place.target.begin()
        await assertNoAbsence((options) => what(delivery, options))
        if (delivery !== before) await delivery.abort()
      }
      await ask(async (delivery, options) => (await delivery.has(layer.descriptor, options)) || undefined)
      await ask(async (delivery, options) => {
        const receiver = await delivery.receive(layer.descriptor, options)
        if (receiver === 'here') return receiver
        if (receiver !== 'mounted') await receiver.discard()
        return undefined
      })
      await ask(async (delivery, options) => {
        const { outcome } = await delivery.publish(publication, options)
        return outcome === 'missing' ? undefined : outcome
      })
      await before.abort()
    },
  },
  {
    name: 'keeps what a delivery was told of, and what it brought, from being collected',
    async run(place) {
      if (place.forget === undefined) return
      await stock(place, image, ['one'])
      const delivery = await place.target.begin()
      for (const { descriptor } of image.blobs) assert.equal(await delivery.has(descriptor), true)
      const brought = someImage(5)
      for (const blob of brought.blobs) await deliver(delivery, blob)
      await place.forget(nameIn(place, 'one'))
      assert.deepEqual(await deliverImage(delivery, brought, [nameIn(place, 'two')]), { outcome: 'published' })
      for (const blob of [...image.blobs, ...brought.blobs]) await assertThere(place, blob)
      await delivery.finish()
    },
  },
  {
    name: 'keeps nothing once it has ended',
    async run(place) {
      if (place.forget === undefined) return
      for (const end of ['finish', 'abort'] as const) {
        await stock(place, image, ['one'])
        const delivery = await place.target.begin()
        for (const { descriptor } of image.blobs) await delivery.has(descriptor)
        await delivery[end]()
        await place.forget(nameIn(place, 'one'))
        for (const { descriptor } of image.blobs) assert.equal(await place.source.stat(descriptor.digest), undefined)
      }
    },
  },
]

const decoded = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
