import assert from 'node:assert/strict'
import { testContent } from '@lading/content/compliance'
import { platformOfNode } from '@lading/manifest'
import { createStore, type Store } from '@lading/store'
import { describe, it } from 'vitest'
import { enlarged, needs } from '../../../test/support/needs.ts'
import { objectParts } from '../src/object-parts.ts'
import { blobPrefix } from '../src/layout.ts'
import { createBucket, memoryObjects } from '../src/memory/index.ts'
import { timesOf } from '../src/times.ts'
import { hurriedClock } from './hurried-clock.ts'

const times = timesOf({ pollMs: 3, flushMs: 3, beatMs: 20 })

async function forget(store: Store, name: string): Promise<void> {
  await store.remove(name)
  // What a name that moved leaves behind is a name as well.
  for (const { tag, target, name: of } of await store.images())
    if (tag === undefined) await store.remove(`${of}@${target.digest}`)
}

describe('the store on objects', needs(enlarged), () => {
  testContent(
    { describe, it },
    {
      async create() {
        const bucket = createBucket()
        const open = (): Store =>
          createStore({
            ...objectParts({
              root: 's3://bucket/prefix',
              objects: memoryObjects({ bucket, pageSize: 100 }),
              times,
              clock: hurriedClock(),
              patient: true,
              writable: () => Promise.resolve(),
              changeable: () => Promise.resolve(true),
            }),
            platform: platformOfNode('x64'),
          })
        const store = open()
        return {
          source: store.source(),
          target: store.target(),
          async again() {
            const other = open()
            return { source: other.source(), target: other.target() }
          },
          name: (word) => `registry.example/team/${word}:1`,
          async damage(digest) {
            const [key, object] =
              [...bucket.objects]
                .filter(([each]) => each.startsWith(blobPrefix(digest)))
                .toSorted(([, one], [, other]) => other.bytes.length - one.bytes.length)[0] ?? []
            assert(key !== undefined && object !== undefined)
            const bytes = object.bytes.slice()
            bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
            bucket.objects.set(key, { ...object, bytes })
          },
          forget: (name) => forget(store, name),
        }
      },
    },
  )
})
