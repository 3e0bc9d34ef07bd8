import assert from 'node:assert/strict'
import { OCI_LAYER } from '@lading/manifest'
import type { Document } from '../document.ts'
import type { Receiver } from '../receiver.ts'
import {
  assertAbsent,
  assertKept,
  blobOf,
  deliver,
  failureOf,
  fill,
  finishLeavingHalf,
  isOnce,
  receive,
  refuses,
  someBytes,
  type Case,
} from './case.ts'

const bytes = someBytes(10_000, 11)
const blob = blobOf(bytes)

/** Gives a receiver these bytes, from where it is said to be. */
async function write(receiver: Receiver, from: Uint8Array, start: number, end: number): Promise<void> {
  await receiver.begin({ start, source: 'compliance' })
  for (let at = start; at < end; at += 1000) await receiver.write(from.slice(at, Math.min(at + 1000, end)))
}

/** Sends up to a byte, and breaks there. */
async function sendAndBreak(receiver: Receiver, { bytes: all }: Document, at: number): Promise<void> {
  await receiver.begin({ start: receiver.offset, source: 'compliance' })
  for (let next = receiver.offset; next < at; next++) await receiver.write(all.slice(next, next + 1))
}

export const receiverCases: readonly Case[] = [
  {
    name: 'shows a blob after its commit and not before',
    async run(place) {
      const delivery = await place.target.begin()
      const receiver = await receive(delivery, blob)
      await fill(receiver, blob)
      await assertAbsent(place, blob)
      assert.equal(await delivery.has(blob.descriptor), false)
      assert.deepEqual(await receiver.commit(), blob.descriptor)
      assert.deepEqual(await receiver.commit(), blob.descriptor)
      await receiver.close()
      if (!isOnce(place)) await assertKept(place, blob)
      assert.equal(await delivery.has(blob.descriptor), true)
      assert.equal(await delivery.receive(blob.descriptor), 'here')
      await delivery.finish()
      await assertKept(place, blob)
    },
  },
  {
    name: 'looks at no chunk that it has given back',
    async run(place) {
      const delivery = await place.target.begin()
      const receiver = await receive(delivery, blob)
      await receiver.begin({ start: 0, source: 'compliance' })
      let twice = 0
      for (let at = 0; at < bytes.length; at += 1000) {
        const chunk = bytes.slice(at, at + 1000)
        let given = false
        const wait = receiver.write(chunk, () => {
          if (given) twice++
          given = true
          chunk.fill(0)
        })
        if (at % 3000 === 0) await wait
      }
      await receiver.commit()
      await delivery.finish()
      await assertKept(place, blob)
      assert.equal(twice, 0, 'each chunk is given back once')
    },
  },
  {
    name: 'takes an empty blob',
    async run(place) {
      const empty = blobOf(new Uint8Array(0))
      const delivery = await place.target.begin()
      await deliver(delivery, empty)
      await delivery.finish()
      await assertKept(place, empty)
    },
  },
  {
    name: 'keeps nothing of wrong bytes',
    async run(place) {
      const delivery = await place.target.begin()
      for (const wrong of [1, 4999, 9999]) {
        const receiver = await receive(delivery, blob)
        await write(
          receiver,
          bytes.map((byte, at) => (at === wrong ? byte ^ 1 : byte)),
          0,
          bytes.length,
        )
        await refuses(() => receiver.commit(), 'DIGEST_MISMATCH')
        await receiver.close()
        await assertAbsent(place, blob)
        if (!place.target.traits.rewinds) {
          await refuses(() => delivery.receive(blob.descriptor), 'DELIVERY_BROKEN')
          await finishLeavingHalf(place, delivery)
          return
        }
      }
      const clean = await receive(delivery, blob)
      assert.equal(clean.offset, 0)
      await fill(clean, blob)
      await clean.commit()
      await delivery.finish()
      await assertKept(place, blob)
    },
  },
  {
    name: 'takes no byte beyond the size',
    async run(place) {
      const delivery = await place.target.begin()
      const receiver = await receive(delivery, blob)
      await fill(receiver, blob)
      await refuses(async () => {
        await receiver.write(new Uint8Array(1))
        await receiver.commit()
      }, 'SIZE_MISMATCH')
      await receiver.discard()
      await assertAbsent(place, blob)
      await delivery.finish()
    },
  },
  {
    name: 'commits nothing that is short, and goes on with it',
    async run(place) {
      const delivery = await place.target.begin()
      const receiver = await receive(delivery, blob)
      await write(receiver, bytes, 0, 9_999)
      await refuses(() => receiver.commit(), 'SIZE_MISMATCH')
      await assertAbsent(place, blob)
      await write(receiver, bytes, 9_999, 10_000)
      await receiver.commit()
      await delivery.finish()
      await assertKept(place, blob)
    },
  },
  {
    name: 'goes on from what a closed one left, however far the source got',
    async run(place) {
      const delivery = await place.target.begin()
      for (let at = 0; at <= 12; at++) {
        const short = blobOf(someBytes(12, 100 + at))
        const broken = await receive(delivery, short)
        await sendAndBreak(broken, short, at)
        await broken.close()
        await broken.close()
        await assertAbsent(place, short)
        const receiver = await receive(delivery, short)
        assert.ok(receiver.offset <= at, `${receiver.offset} bytes of ${at}`)
        await fill(receiver, short)
        assert.deepEqual(await receiver.commit(), short.descriptor)
        await receiver.close()
        if (!isOnce(place)) await assertKept(place, short)
      }
      await delivery.finish()
    },
  },
  {
    name: 'survives a source that breaks again and again',
    async run(place) {
      const delivery = await place.target.begin()
      const short = blobOf(someBytes(8, 120))
      for (let at = 1; at < 8; at++) {
        const broken = await receive(delivery, short)
        await sendAndBreak(broken, short, Math.max(at, broken.offset))
        await broken.close()
      }
      await deliver(delivery, short)
      await delivery.finish()
      await assertKept(place, short)
    },
  },
  {
    name: 'starts over when the answer does',
    async run(place) {
      if (!place.target.traits.rewinds) return
      const delivery = await place.target.begin()
      const receiver = await receive(delivery, blob)
      await write(receiver, someBytes(5_000, 12), 0, 5_000)
      await write(receiver, bytes, 0, bytes.length)
      await receiver.commit()
      await delivery.finish()
      await assertKept(place, blob)
    },
  },
  {
    name: 'refuses an answer that starts elsewhere, and goes on',
    async run(place) {
      const delivery = await place.target.begin()
      const receiver = await receive(delivery, blob)
      await write(receiver, bytes, 0, 100)
      for (const start of [1, 99, 101])
        await refuses(() => receiver.begin({ start, source: 'compliance' }), 'RANGE_MISMATCH')
      await write(receiver, bytes, 100, bytes.length)
      await receiver.commit()
      await delivery.finish()
      await assertKept(place, blob)
    },
  },
  {
    name: 'forgets what was discarded',
    async run(place) {
      const delivery = await place.target.begin()
      const receiver = await receive(delivery, blob)
      await write(receiver, bytes, 0, 5_000)
      await receiver.discard()
      await receiver.discard()
      const next = await receive(delivery, blob)
      assert.equal(next.offset, 0)
      await next.close()
      await finishLeavingHalf(place, delivery)
      await assertAbsent(place, blob)
    },
  },
  {
    name: 'takes nothing once it is closed',
    async run(place) {
      const delivery = await place.target.begin()
      for (const end of ['close', 'discard'] as const) {
        const receiver = await receive(delivery, blob)
        await write(receiver, bytes, 0, 1_000)
        await receiver[end]()
        await refuses(() => receiver.write(new Uint8Array(1)))
        await refuses(() => receiver.commit())
      }
      await finishLeavingHalf(place, delivery)
      await assertAbsent(place, blob)
    },
  },
  ...([bytes.length, undefined] as const).map((size): Case => ({
    name: `computes a digest that is not known${size === undefined ? ', nor the size' : ''}`,
    async run(place) {
      const delivery = await place.target.begin()
      const receiver = await delivery.receive({ mediaType: OCI_LAYER, ...(size === undefined ? {} : { size }) })
      assert.ok(typeof receiver !== 'string')
      assert.equal(receiver.offset, 0)
      await fill(receiver, blob)
      await assertAbsent(place, blob)
      assert.deepEqual(await receiver.commit(), blob.descriptor)
      await delivery.finish()
      await assertKept(place, blob)
    },
  })),
  {
    name: 'computes the digest of what is there already',
    async run(place) {
      const delivery = await place.target.begin()
      await deliver(delivery, blob)
      const receiver = await delivery.receive({ mediaType: OCI_LAYER })
      assert.ok(typeof receiver !== 'string')
      await fill(receiver, blob)
      assert.deepEqual(await receiver.commit(), blob.descriptor)
      await delivery.finish()
      await assertKept(place, blob)
    },
  },
  {
    name: 'holds content of unknown digest to its size',
    async run(place) {
      const delivery = await place.target.begin()
      const receiver = await delivery.receive({ mediaType: OCI_LAYER, size: bytes.length })
      assert.ok(typeof receiver !== 'string')
      await write(receiver, bytes, 0, bytes.length - 1)
      await refuses(() => receiver.commit(), 'SIZE_MISMATCH')
      await receiver.discard()
      await delivery.finish()
    },
  },
  {
    name: 'an aborted commit commits nothing and can be repeated',
    async run(place) {
      const delivery = await place.target.begin()
      const receiver = await receive(delivery, blob)
      await fill(receiver, blob)
      const reason = new Error('not now')
      assert.equal(await failureOf(() => receiver.commit({ signal: AbortSignal.abort(reason) })), reason)
      await assertAbsent(place, blob)
      await receiver.commit()
      await delivery.finish()
      await assertKept(place, blob)
    },
  },
  {
    name: 'a mount that is refused leaves the ordinary way in',
    async run(place) {
      const delivery = await place.target.begin()
      const { host } = place.source.origin ?? { host: 'registry.example' }
      const receiver = await delivery.receive(blob.descriptor, {
        mount: [
          { host: 'elsewhere.example', repository: 'some/repository' },
          { host, repository: 'nobody/has-it' },
        ],
      })
      assert.ok(typeof receiver !== 'string', `it is to be received`)
      await fill(receiver, blob)
      await receiver.commit()
      await delivery.finish()
      await assertKept(place, blob)
    },
  },
  {
    name: 'mounts what can be mounted',
    async run(place) {
      const origin = await place.elsewhere?.(bytes)
      if (origin === undefined) return
      const delivery = await place.target.begin()
      await assertAbsent(place, blob)
      assert.equal(await delivery.receive(blob.descriptor, { mount: [origin] }), 'mounted')
      await delivery.finish()
      await assertKept(place, blob)
    },
  },
]
