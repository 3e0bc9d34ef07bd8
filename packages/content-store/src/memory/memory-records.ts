import { parseDigest, type Digest } from '@lading/digest'
import type { OpenRecords } from '../records.ts'
import type { Memory } from './memory.ts'

/** Records in memory. */
export function memoryRecords(memory: Memory): OpenRecords {
  return (kind, { maxBytes, parse }) => {
    const records = memory.records.get(kind) ?? new Map<Digest, Uint8Array>()
    const read = (key: Digest): ReturnType<typeof parse> => {
      const bytes = records.get(parseDigest(key))
      return bytes === undefined || bytes.length > maxBytes ? undefined : parse(bytes, key)
    }
    return {
      get: async (key) => read(key),
      async put(key, bytes, { assertHeld } = {}) {
        await assertHeld?.()
        records.set(parseDigest(key), new Uint8Array(bytes))
      },
      async remove(key, { assertHeld } = {}) {
        await assertHeld?.()
        return records.delete(parseDigest(key))
      },
      async *list() {
        for (const key of [...records.keys()].toSorted()) {
          const stored = read(key)
          if (stored !== undefined) yield stored
        }
      },
    }
  }
}
