import type { AbortOptions } from '@lading/clock'
import { orAbort } from '@lading/clock'

/**
 * Work whose result is kept: whoever asks while it goes on waits for the same. When it failed, because somebody who began it gave
 * up, say, the next one begins again.
 */
export function once<T, Options extends AbortOptions>(
  work: (options: Options) => Promise<T>,
): (options: Options) => Promise<T> {
  let going: { readonly result: Promise<T>; readonly signal: AbortSignal | undefined } | undefined
  return async (options) => {
    for (;;) {
      options.signal?.throwIfAborted()
      if (going === undefined) {
        const begun = { result: work(options), signal: options.signal }
        going = begun
        begun.result.catch(() => {
          if (going === begun) going = undefined
        })
      }
      const joined = going
      try {
        return await orAbort(joined.result, options)
      } catch (error) {
        // Somebody else's signal is no failure of ours.
        if (joined.signal?.aborted !== true || options.signal?.aborted === true || joined.signal === options.signal)
          throw error
      }
    }
  }
}
