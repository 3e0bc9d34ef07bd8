import assert from 'node:assert/strict'
import { addressOf, failsWith, someBytes, type Case } from './case.ts'

const bytes = someBytes(500, 8)
const { digest } = addressOf(bytes)

export const smallContentCases: readonly Case[] = [
  {
    name: 'puts small content, as often as one likes',
    async run({ store: contents }) {
      await contents.put(digest, bytes)
      await contents.put(digest, bytes)
      assert.deepEqual(await contents.read(digest), bytes)
    },
  },
  {
    name: 'puts nothing under a wrong digest',
    async run({ store: contents }) {
      await failsWith('DIGEST_MISMATCH', () => contents.put(digest, bytes.slice(1)))
      await failsWith('DIGEST_MISMATCH', () => contents.stage(digest, bytes.slice(1)))
      assert.equal(await contents.stat(digest), undefined)
    },
  },
  {
    name: 'shows staged content when it is published',
    async run({ store: contents }) {
      const staged = await contents.stage(digest, bytes)
      assert.equal(staged.digest, digest)
      assert.equal(await contents.stat(digest), undefined)
      await staged.publish()
      await staged.publish()
      await staged.discard()
      assert.deepEqual(await contents.read(digest), bytes)
      const twin = await contents.stage(digest, bytes)
      await twin.publish()
      assert.deepEqual(await contents.read(digest), bytes)
    },
  },
  {
    name: 'forgets staged content that is discarded',
    async run({ store: contents }) {
      const staged = await contents.stage(digest, bytes)
      await staged.discard()
      await staged.discard()
      assert.equal(await contents.stat(digest), undefined)
    },
  },
  {
    name: 'puts whole content over damaged content of the same size',
    async run({ store: contents, damage }) {
      if (damage === undefined) return
      await contents.put(digest, bytes)
      await damage(digest)
      await contents.put(digest, bytes)
      assert.deepEqual(await contents.read(digest), bytes)
    },
  },
  {
    name: 'an aborted put or stage does nothing',
    async run({ store: contents }) {
      const reason = new Error('no')
      await assert.rejects(
        contents.put(digest, bytes, { signal: AbortSignal.abort(reason) }),
        (error) => error === reason,
      )
      await assert.rejects(
        contents.stage(digest, bytes, { signal: AbortSignal.abort(reason) }),
        (error) => error === reason,
      )
      assert.equal(await contents.stat(digest), undefined)
    },
  },
]
