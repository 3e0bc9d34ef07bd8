import { noteSegments, prefixSegments } from '../note-key.ts'
import type { Notes } from '../notes.ts'
import type { Memory } from './memory.ts'

/** Notes in memory. */
export function memoryNotes({ notes }: Memory): Notes {
  const checked = (key: string): string => noteSegments(key).join('/')
  return {
    get: async (key) => notes.get(checked(key))?.slice(),
    put: async (key, bytes) => void notes.set(checked(key), new Uint8Array(bytes)),
    remove: async (key) => notes.delete(checked(key)),
    async *keys(prefix) {
      const start = [...prefixSegments(prefix), ''].join('/')
      for (const key of notes.keys()) if (key.startsWith(start)) yield key
    },
  }
}
