import { despiteLostLock } from './after-lost-lock.ts'
import { collect } from './collect.ts'
import { neededNow } from './needed.ts'
import type { Parts } from './parts.ts'
import type { Store } from './store.ts'
import { withReserve } from './with-reserve.ts'

export function createDiscard(parts: Parts): Store['discard'] {
  return async (digests, options) => {
    if (digests.length === 0 || !(await parts.changeable())) return []
    return withReserve(parts, async () => {
      const wanted = new Set(digests)
      const { content } = await despiteLostLock(() =>
        parts.references.update((names) => collect(parts, names, [], { orphans: [...wanted] }), options),
      )
      // What stays in the trash is emptied by the next one.
      await parts.contents.emptyTrash({ needed: () => neededNow(parts) }).catch(() => {})
      return content.filter((digest) => wanted.has(digest))
    })
  }
}
