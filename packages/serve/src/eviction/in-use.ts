import type { Digest } from '@lading/digest'

/** What is being served now. */
export interface InUse {
  /** Returns how to let go of it, which does so once. */
  hold(digest: Digest): () => void
  has(digest: Digest): boolean
}

export function createInUse(): InUse {
  const counts = new Map<Digest, number>()
  return {
    hold(digest) {
      counts.set(digest, (counts.get(digest) ?? 0) + 1)
      let held = true
      return () => {
        if (!held) return
        held = false
        const left = (counts.get(digest) ?? 1) - 1
        if (left === 0) counts.delete(digest)
        else counts.set(digest, left)
      }
    },
    has: (digest) => counts.has(digest),
  }
}
