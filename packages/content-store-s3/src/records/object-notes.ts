import { noteSegments, prefixSegments, type Notes } from '@lading/content-store'
import { prefixes } from '../layout.ts'
import type { Objects } from '../objects.ts'

/** Notes as objects, under their keys. */
export function objectNotes(objects: Objects): Notes {
  const keyOf = (key: string): string => `${prefixes.notes}${noteSegments(key).join('/')}`
  return {
    get: (key) => objects.get(keyOf(key)),
    put: (key, bytes) => objects.put(keyOf(key), bytes),
    async remove(key) {
      const at = keyOf(key)
      const isThere = (await objects.stat(at)) !== undefined
      if (isThere) await objects.remove(at)
      return isThere
    },
    async *keys(prefix) {
      const start = [...prefixSegments(prefix), ''].join('/')
      for await (const { key } of objects.list(`${prefixes.notes}${start}`)) yield key.slice(prefixes.notes.length)
    },
  }
}
