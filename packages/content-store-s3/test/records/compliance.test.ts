import { imageStoreOn } from '@lading/image-store'
import { testImageStore } from '@lading/image-store/compliance'
import { describe, it } from 'vitest'
import { recordKey } from '../../src/layout.ts'
import { memoryObjects } from '../../src/memory/index.ts'
import { objectRecords } from '../../src/records/object-records.ts'

describe('on objects', () => {
  testImageStore(
    { describe, it },
    {
      async create() {
        const objects = memoryObjects({ pageSize: 3 })
        return {
          store: imageStoreOn(objectRecords(objects)),
          again: async () => imageStoreOn(objectRecords(objects)),
          damage: (id) => objects.put(recordKey('images', id), new Uint8Array([0x7b])),
        }
      },
    },
  )
})
