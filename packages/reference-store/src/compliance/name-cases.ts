import assert from 'node:assert/strict'
import { failsWith } from '@lading/content-store/compliance'
import { schema1Target } from '@lading/manifest'
import { parseReference } from '@lading/reference'
import { digest, get, listed, set, target } from './helpers.ts'
import type { Case } from './subject.ts'

export const nameCases: readonly Case[] = [
  {
    name: 'has no names at first',
    async run({ store }) {
      assert.deepEqual(await store.list(), [])
      assert.equal(await get(store, 'alpine'), undefined)
    },
  },
  {
    name: 'keeps a name for whoever opens it next; without a tag it means latest',
    async run({ store, again }) {
      await set(store, 'alpine', 'x')
      const next = await again()
      assert.deepEqual(await get(next, 'alpine:latest'), target('x'))
      assert.deepEqual(await get(next, 'docker.io/library/alpine'), target('x'))
    },
  },
  {
    name: 'lists names by their full text, each with what it points to',
    async run({ store }) {
      for (const name of ['quay.io/b:2', 'b', 'a:2', 'a:1']) await set(store, name, name)
      assert.deepEqual(await listed(store), [
        ['docker.io/library/a:1', digest('a:1')],
        ['docker.io/library/a:2', digest('a:2')],
        ['docker.io/library/b:latest', digest('b')],
        ['quay.io/b:2', digest('quay.io/b:2')],
      ])
      for (const { name, reference } of await store.list()) assert.equal(String(reference), name)
    },
  },
  {
    name: 'stores a name with tag and digest under the digest only',
    async run({ store }) {
      await set(store, `alpine:3.20@${digest('x')}`, 'x')
      assert.deepEqual(await listed(store), [[`docker.io/library/alpine@${digest('x')}`, digest('x')]])
      assert.equal(await get(store, 'alpine:3.20'), undefined)
      assert.deepEqual(await get(store, `alpine:whatever@${digest('x')}`), target('x'))
    },
  },
  {
    name: 'leaves the old target of a tag that moves under its digest, and says which it was',
    async run({ store }) {
      assert.equal(await set(store, 'alpine:3', 'x'), undefined)
      assert.equal(await set(store, 'alpine:3', 'x'), undefined)
      assert.equal(await set(store, 'alpine:3', 'y'), digest('x'))
      assert.deepEqual(await listed(store), [
        ['docker.io/library/alpine:3', digest('y')],
        [`docker.io/library/alpine@${digest('x')}`, digest('x')],
      ])
    },
  },
  {
    name: 'keeps what a target says besides',
    async run({ store, again }) {
      const annotated = { ...target('x'), artifactType: 'a/b', annotations: { note: 'n' } }
      await set(store, 'a', annotated)
      assert.deepEqual(await get(await again(), 'a'), annotated)
    },
  },
  {
    name: 'knows an image that came as schema 1 by the digest of its registry',
    async run({ store }) {
      const [old, fresh] = [target('x'), target('y')].map((to) =>
        schema1Target(to, { digest: digest(`canonical ${to.digest}`), envelope: digest('envelope') }),
      )
      assert.ok(old !== undefined && fresh !== undefined)
      const canonical = digest(`canonical ${old.digest}`)
      await set(store, 'app:1', old)
      await set(store, 'app:1', fresh)
      assert.deepEqual(await get(store, `app@${canonical}`), old)
      await failsWith('REFERENCE_DIGEST_MISMATCH', () => set(store, `app@${old.digest}`, old))
    },
  },
  {
    name: 'refuses a name that could be an image ID, and a digest of other content',
    async run({ store }) {
      await failsWith('REFERENCE_AMBIGUOUS', () => set(store, 'sha256', 'x'))
      await failsWith('REFERENCE_AMBIGUOUS', () => set(store, 'docker.io/library/sha256:1', 'x'))
      await failsWith('REFERENCE_DIGEST_MISMATCH', () => set(store, `a@${digest('y')}`, 'x'))
      assert.deepEqual(await store.list(), [])
      await set(store, 'quay.io/sha256:1', 'x')
    },
  },
  {
    name: 'deletes a name and no other',
    async run({ store }) {
      await set(store, 'a:1', 'x')
      await set(store, 'a:2', 'x')
      const remove = (name: string): Promise<boolean> => store.update((names) => names.delete(parseReference(name)))
      assert.equal(await remove('a:1'), true)
      assert.equal(await remove('a:1'), false)
      assert.deepEqual(await listed(store), [['docker.io/library/a:2', digest('x')]])
    },
  },
]
