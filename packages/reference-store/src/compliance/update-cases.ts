import assert from 'node:assert/strict'
import { failsWith } from '@lading/content-store/compliance'
import { isLadingError } from '@lading/errors'
import { parseReference } from '@lading/reference'
import { digest, get, listed, set, target } from './helpers.ts'
import type { Case } from './subject.ts'

export const updateCases: readonly Case[] = [
  {
    name: 'shows an update its own changes, and others none before they are saved',
    async run({ store, again }) {
      const next = await again()
      await store.update(async (names) => {
        names.set(parseReference('a'), target('x'))
        assert.deepEqual(names.get(parseReference('a')), target('x'))
        assert.deepEqual(
          names.list().map(({ name }) => name),
          ['docker.io/library/a:latest'],
        )
        assert.deepEqual(await next.list(), [])
        await names.assertHeld()
        await names.save()
        assert.deepEqual(await get(next, 'a'), target('x'))
      })
    },
  },
  {
    name: 'writes nothing of a change that rejects but what was saved before',
    async run({ store, again }) {
      const refuse = new Error('no')
      const change = store.update(async (names) => {
        names.set(parseReference('a'), target('x'))
        await names.save()
        names.set(parseReference('b'), target('x'))
        names.delete(parseReference('a'))
        throw refuse
      })
      await assert.rejects(change, (error) => error === refuse)
      assert.deepEqual(await listed(await again()), [['docker.io/library/a:latest', digest('x')]])
    },
  },
  {
    name: 'gives back what the change returns, and takes one at a time, whoever opened it',
    async run({ store, again, optimistic = false }) {
      if (optimistic !== false) return
      const stores = [store, await again()]
      let inside = 0
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          (stores[n % 2] ?? store).update(async (names) => {
            assert.equal(++inside, 1)
            names.set(parseReference(`a:${n}`), target('x'))
            await names.save()
            inside--
            return n
          }),
        ),
      )
      assert.deepEqual(
        results,
        Array.from({ length: 20 }, (_, n) => n),
      )
      assert.equal((await store.list()).length, 20)
    },
  },
  {
    name: 'loses no change of many at once, when each that was refused begins again',
    async run({ store, again }) {
      const stores = [store, await again()]
      const counter = parseReference('counter')
      const count = async (n: number): Promise<void> => {
        try {
          await (stores[n % 2] ?? store).update(async (names) => {
            const { size = 0 } = names.get(counter) ?? {}
            await names.assertHeld()
            names.set(parseReference(`a:${n}`), target('x'))
            names.set(counter, { ...target('x'), size: size + 1 })
            if (n % 3 === 0) await names.save()
          })
        } catch (error) {
          if (!isLadingError(error, 'LOCK_LOST')) throw error
          await count(n)
        }
      }
      await Promise.all(Array.from({ length: 20 }, (_, n) => count(n)))
      assert.equal((await store.list()).length, 21)
      assert.equal((await get(store, 'counter'))?.size, 20)
    },
  },
  {
    name: 'refuses what others were faster than, and tells it before the change is done',
    async run({ store, again, optimistic = false }) {
      if (optimistic !== true) return
      const other = await again()
      await failsWith('LOCK_LOST', () =>
        store.update(async (names) => {
          names.set(parseReference('a'), target('x'))
          await names.save()
          await names.assertHeld()
          await set(other, 'b', 'y')
          names.set(parseReference('c'), target('x'))
          await failsWith('LOCK_LOST', () => names.assertHeld())
        }),
      )
      assert.deepEqual(await listed(store), [
        ['docker.io/library/a:latest', digest('x')],
        ['docker.io/library/b:latest', digest('y')],
      ])
    },
  },
  {
    name: 'refuses a change of a name that others have changed, where each is by itself, and hinders nobody else',
    async run({ store, again, optimistic = false }) {
      if (optimistic !== 'by name') return
      const other = await again()
      await failsWith('LOCK_LOST', () =>
        store.update(async (names) => {
          names.set(parseReference('a'), target('x'))
          await set(other, 'b', 'y')
          await names.save()
          await set(other, 'c', 'y')
          names.set(parseReference('d'), target('x'))
          names.set(parseReference('c'), target('x'))
          names.set(parseReference('e'), target('x'))
        }),
      )
      assert.deepEqual(
        (await listed(store)).map(([name]) => name.slice(-8, -7)),
        ['a', 'b', 'c', 'd'],
      )
      assert.deepEqual(await get(store, 'c'), target('y'))
      await failsWith('LOCK_LOST', () =>
        store.update(async (names) => {
          names.delete(parseReference('c'))
          await set(other, 'c', 'z')
        }),
      )
      assert.deepEqual(await get(other, 'c'), target('z'))
    },
  },
  {
    name: 'changes names that it was told of as if it had looked at all, and leaves the others',
    async run({ store, again }) {
      await set(store, 'a', 'x')
      await set(store, 'b', 'x')
      const only = [parseReference('a'), parseReference('c')]
      await (
        await again()
      ).update(
        (names) => {
          assert.deepEqual(names.get(parseReference('a')), target('x'))
          assert.equal(names.get(parseReference('c')), undefined)
          assert.equal(names.set(parseReference('a'), target('y')), digest('x'))
          assert.equal(names.set(parseReference('c'), target('y')), undefined)
        },
        { only },
      )
      assert.deepEqual(await listed(store), [
        ['docker.io/library/a:latest', digest('y')],
        [`docker.io/library/a@${digest('x')}`, digest('x')],
        ['docker.io/library/b:latest', digest('x')],
        ['docker.io/library/c:latest', digest('y')],
      ])
      // What the tag leaves behind has its name already.
      await store.update((names) => void names.set(parseReference('a'), target('x')), { only })
      await store.update((names) => void names.set(parseReference('a'), target('y')), { only })
      await store.update((names) => void names.delete(parseReference('a')), { only })
      assert.deepEqual(
        (await listed(await again())).map(([name]) => name).filter((name) => name.includes('/a:')),
        [],
      )
      assert.deepEqual(await get(store, `a@${digest('y')}`), target('y'))
    },
  },
  {
    name: 'rejects with the reason of its signal while it waits, and changes nothing',
    async run({ store, again }) {
      const reason = new Error('enough')
      const gate = Promise.withResolvers<void>()
      const held = store.update(() => gate.promise)
      const aborting = new AbortController()
      const waiting = (await again()).update((names) => void names.set(parseReference('a'), target('x')), {
        signal: aborting.signal,
      })
      aborting.abort(reason)
      await assert.rejects(waiting, (error) => error === reason)
      gate.resolve()
      await held
      assert.deepEqual(await set(store, 'b', 'x'), undefined)
      assert.equal(await get(store, 'a'), undefined)
    },
  },
]
