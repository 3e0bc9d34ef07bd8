import { openRecord, sealRecord } from '@lading/content-store'
import { hexOf } from '@lading/digest'
import { digestOf } from '@lading/digest/hash'
import { tryParseReference, type Reference } from '@lading/reference'
import type { Records } from '../contracts.ts'

/** What eviction leaves, by reference: what a tag stands for at the time, or what has a digest. */
export interface Pins {
  /** `false`: it was pinned already. It need not be here yet. */
  add(reference: Reference): Promise<boolean>
  /** `false`: it was not pinned. */
  remove(reference: Reference): Promise<boolean>
  /** By name. */
  list(): Promise<readonly Reference[]>
}

/** Pins as notes, each a line of JSON. */
export function createPins(records: Records): Pins {
  return {
    async add(reference) {
      const key = keyOf(reference)
      if ((await records.get(key)) !== undefined) return false
      await records.put(key, sealRecord({ reference: String(reference) }), { durable: true })
      return true
    },
    async remove(reference) {
      const key = keyOf(reference)
      if ((await records.get(key)) === undefined) return false
      await records.remove(key)
      return true
    },
    async list() {
      const found: Reference[] = []
      for await (const key of records.keys('pins')) {
        const { reference } = openRecord((await records.get(key)) ?? new Uint8Array())
        const parsed = typeof reference === 'string' ? tryParseReference(reference) : undefined
        // Under a key that is not its own it is no pin.
        if (parsed !== undefined && keyOf(parsed) === key) found.push(parsed)
      }
      return found.toSorted((one, other) => (String(one) < String(other) ? -1 : 1))
    },
  }
}

const keyOf = (reference: Reference): string => `pins/${hexOf(digestOf(new TextEncoder().encode(String(reference))))}`
