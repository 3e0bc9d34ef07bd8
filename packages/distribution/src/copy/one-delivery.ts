import type { AbortOptions } from '@lading/clock'
import type { Delivery, Target } from '@lading/content'

/** A target whose deliveries are all one. */
export interface OneDelivery {
  readonly target: Target
  /** Ends the delivery, if one was begun. */
  finish(options?: AbortOptions): Promise<void>
  /** Gives it up; after `finish` nothing. Idempotent. */
  abort(): Promise<void>
}

/**
 * For several copies into one archive, which takes one delivery: each of them begins and ends it for itself alone, and it
 * ends when whoever made it says so.
 *
 * ```ts
 * const { target, finish } = oneDelivery(createArchive(sink))
 * for (const tag of ['1', '2']) await copy(repository.source(), target, tag, { names: [tag] })
 * await finish()
 * ```
 */
export function oneDelivery(target: Target): OneDelivery {
  let begun: Promise<Delivery> | undefined
  const nothing = async (): Promise<void> => undefined
  return {
    target: {
      traits: target.traits,
      async begin(options) {
        options?.signal?.throwIfAborted()
        const delivery = await (begun ??= target.begin(options))
        return {
          has: (...given) => delivery.has(...given),
          receive: (...given) => delivery.receive(...given),
          publish: (...given) => delivery.publish(...given),
          finish: nothing,
          abort: nothing,
        }
      },
    },
    async finish(options) {
      await (await begun)?.finish(options)
    },
    async abort() {
      await (await begun?.catch(() => undefined))?.abort()
    },
  }
}
