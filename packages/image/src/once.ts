import type { AbortOptions } from '@lading/clock'
import { orAbort } from '@lading/clock'

/**
 * Work whose result is kept: callers that come while it runs wait for the same result. When it failed, for example because the first caller
 * aborted it, the next caller starts it again.
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
        // The signal of another caller must not fail this one.
        if (joined.signal?.aborted !== true || options.signal?.aborted === true || joined.signal === options.signal)
          throw error
      }
    }
  }
}
