import { newNonce } from '../nonce.ts'
import type { Objects } from '../objects.ts'

/** What time it is by the clock of the store, in milliseconds since 1970. Writes an object for it. */
export async function storeTime(objects: Objects): Promise<number> {
  const key = `clock/${newNonce()}`
  await objects.put(key, new Uint8Array(1))
  try {
    for await (const { modifiedMs } of objects.list(key)) return modifiedMs
    return 0
  } finally {
    await objects.remove(key)
  }
}
