import { createCheck } from './check/check.ts'
import { createDiscard } from './discard.ts'
import { createInspect } from './inspect.ts'
import { createListImages } from './list-images.ts'
import type { Parts } from './parts.ts'
import { isPresent } from './present.ts'
import { noOrigins } from './origins.ts'
import { noNotes } from './served.ts'
import { createPrune } from './prune.ts'
import { createPublish } from './publish.ts'
import { readManifest } from './read-manifest.ts'
import { createRemove } from './remove.ts'
import type { Store } from './store.ts'
import { storeSource } from './store-source.ts'
import { storeTarget } from './store-target.ts'
import { createTag } from './tag.ts'
import { createUsage } from './usage.ts'

/** The verbs over the parts of an engine, which are handed out as they came. */
export function createStore<Engine extends Parts>(parts: Engine): Store & Pick<Engine, 'contents' | 'layers'> {
  const { root, contents, layers, references, leases } = parts
  const publish = createPublish(parts)
  return {
    root,
    contents,
    layers,
    origins: parts.origins ?? noOrigins,
    served: parts.served ?? noNotes,
    resolve: (reference) => references.get(reference),
    manifest: (descriptor) => readManifest(contents, descriptor),
    present: (manifest) => isPresent(contents, manifest),
    async lease({ signal } = {}) {
      signal?.throwIfAborted()
      await parts.writable()
      return leases.acquire()
    },
    publish: ({ reference, target, manifests }, options) =>
      publish({ references: [reference], target, documents: manifests }, options),
    source: () => storeSource(parts),
    target: () => storeTarget(parts, publish),
    images: createListImages(parts),
    inspect: createInspect(parts),
    tag: createTag(parts),
    remove: createRemove(parts),
    prune: createPrune(parts),
    discard: createDiscard(parts),
    usage: createUsage(parts),
    check: createCheck(parts),
    close: () => layers.close(),
  }
}
