import type { OpenRecords } from '@lading/content-store'
import { parseDigest, type Digest } from '@lading/digest'
import { isLadingError } from '@lading/errors'
import { inOrder } from '../in-order.ts'
import { parseRecordKey, recordKey, recordPrefix } from '../layout.ts'
import type { Objects } from '../objects.ts'

/** Records as small objects. They are facts and can be made again, so whoever writes last wins. */
export function objectRecords(objects: Objects): OpenRecords {
  return (kind, { maxBytes, parse }) => {
    const get = async (key: Digest): Promise<ReturnType<typeof parse>> => {
      try {
        const bytes = await objects.get(recordKey(kind, parseDigest(key)), { maxBytes })
        return bytes && parse(bytes, key)
      } catch (error) {
        if (isLadingError(error, 'TOO_LARGE')) return undefined
        throw error
      }
    }
    return {
      get,
      async put(key, bytes, { assertHeld } = {}) {
        const at = recordKey(kind, parseDigest(key))
        await assertHeld?.()
        await objects.put(at, bytes)
      },
      async remove(key, { assertHeld } = {}) {
        const at = recordKey(kind, parseDigest(key))
        if ((await objects.stat(at)) === undefined) return false
        await assertHeld?.()
        await objects.remove(at)
        return true
      },
      async *list() {
        const keys: Digest[] = []
        for await (const { key } of objects.list(recordPrefix(kind))) {
          const digest = parseRecordKey(key)?.digest
          if (digest !== undefined) keys.push(digest)
        }
        for await (const stored of inOrder(keys, get)) if (stored !== undefined) yield stored
      },
    }
  }
}
