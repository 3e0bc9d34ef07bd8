import assert from 'node:assert/strict'
import { layerStoreOn } from '@lading/layer-store'
import { testLayerStore } from '@lading/layer-store/compliance'
import { describe, it } from 'vitest'
import { enlarged, needs } from '../../../test/support/needs.ts'
import { createObjectContentStore } from '../src/create-object-content-store.ts'
import { blobPrefix, recordKey } from '../src/layout.ts'
import { createBucket, memoryObjects } from '../src/memory/index.ts'
import { objectRecords } from '../src/records/object-records.ts'
import { timesOf } from '../src/times.ts'

const times = timesOf({ pollMs: 3, flushMs: 3 })

describe('on objects', needs(enlarged), () => {
  testLayerStore(
    { describe, it },
    {
      async create(bounds) {
        const bucket = createBucket()
        const objects = memoryObjects({ bucket })
        const contents = createObjectContentStore({ objects, times })
        const records = objectRecords(objects)
        return {
          contents,
          layers: layerStoreOn({ records, contents, ...bounds }),
          again: async () => layerStoreOn({ records, contents }),
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
          damageRecord: (kind, key) => objects.put(recordKey(kind, key), new Uint8Array([0x7b])),
        }
      },
    },
  )
})
