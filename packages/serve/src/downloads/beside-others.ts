import { sleep, type AbortOptions } from '@lading/clock'
import type { Delivery } from '@lading/content'
import type { Digest } from '@lading/digest'
import type { Arriving } from '../contracts.ts'

/** How soon, and how often, it is looked whether another process's bytes can be read, in milliseconds. */
const lookEveryMs = 100

/** The same delivery, which tells when the first byte of what it waits for can be read from the other who brings it. */
export function besideOthers(
  delivery: Pick<Delivery, 'receive'>,
  {
    digest,
    arriving,
    onReadable,
  }: { readonly digest: Digest; readonly arriving: Arriving; readonly onReadable: () => void },
): Pick<Delivery, 'receive'> {
  return {
    async receive(what, options) {
      const over = new AbortController()
      const looking = look(arriving, digest, { signal: over.signal }).then((readable) => {
        if (readable && !over.signal.aborted) onReadable()
      })
      try {
        return await delivery.receive(what, options)
      } finally {
        over.abort()
        await looking
      }
    },
  }
}

/** `false`: it was waited for no longer. */
async function look(
  arriving: Arriving,
  digest: Digest,
  { signal }: AbortOptions & { readonly signal: AbortSignal },
): Promise<boolean> {
  while (!signal.aborted) {
    try {
      await sleep(lookEveryMs, { signal })
      for await (const _ of arriving.read(digest, { start: 0, end: 1 }, { signal })) return true
    } catch {
      // Nobody has it yet, or no longer: what keeps it from coming, the delivery says.
    }
  }
  return false
}
