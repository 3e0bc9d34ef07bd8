import type { Digest } from '@lading/digest'
import type { Leases } from '../leases.ts'
import type { Memory } from './memory.ts'

/** Leases in memory. Their owners live as long as it does. */
export function memoryLeases({ leases }: Memory): Leases {
  return {
    async acquire() {
      const held = new Set<Digest>()
      leases.add(held)
      return {
        hold: async (digests) => {
          for (const digest of digests) held.add(digest)
        },
        release: async () => void leases.delete(held),
      }
    },
    held: async () => new Set([...leases].flatMap((digests) => [...digests])),
  }
}
