import type { GiveBack } from '@lading/content'

/** Chunks that are to be given back once all of their bytes were sent, in whatever parts. */
export interface OwedChunks {
  /** One that is on its way, also where nobody wants it back: others may lie in the same memory. */
  add(chunk: Uint8Array, giveBack: GiveBack | undefined): void
  /** A part of one, or of a copy. */
  sent(part: Uint8Array): void
}

/** By the memory that they lie in: when as much of it was sent as came, nobody looks at any of it. */
export function createOwedChunks(): OwedChunks {
  const owed = new WeakMap<ArrayBufferLike, { left: number; readonly owners: GiveBack[] }>()
  return {
    add({ buffer, byteLength }, giveBack) {
      const { left, owners } = owed.get(buffer) ?? { left: 0, owners: [] }
      if (giveBack !== undefined) owners.push(giveBack)
      owed.set(buffer, { left: left + byteLength, owners })
    },
    sent({ buffer, byteLength }) {
      const found = owed.get(buffer)
      if (found === undefined) return
      found.left -= byteLength
      if (found.left > 0) return
      owed.delete(buffer)
      for (const giveBack of found.owners) giveBack()
    },
  }
}
