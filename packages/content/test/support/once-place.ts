import { createMemoryContent, DeliveryError, type Source, type Target } from '@lading/content'
import type { ContentPlace } from '@lading/content/compliance'

/** Content in memory as an archive would have it: of one delivery, and shown when that is finished. */
export function oncePlace(): ContentPlace {
  const memory = createMemoryContent()
  const nothing = createMemoryContent()
  let begun = false
  let finished = false
  const target: Target = {
    traits: { ...memory.traits, once: true },
    async begin(options) {
      options?.signal?.throwIfAborted()
      if (begun) throw new DeliveryError('DELIVERY_ENDED', 'it has had its delivery', { hint: 'make another place' })
      const delivery = await memory.begin(options)
      begun = true
      return {
        ...delivery,
        async finish(how) {
          await delivery.finish(how)
          finished = true
        },
      }
    },
  }
  const shown = (): Source => (finished ? memory : nothing)
  const source: Source = {
    names: (options) => shown().names(options),
    resolve: (name, options) => shown().resolve(name, options),
    document: (descriptor, options) => shown().document(descriptor, options),
    stat: (digest, options) => shown().stat(digest, options),
    send: (descriptor, sink, options) => shown().send(descriptor, sink, options),
    open: (descriptor, options) => shown().open(descriptor, options),
    close: () => Promise.resolve(),
  }
  return { source, target }
}
