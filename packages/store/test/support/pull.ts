import { nextChainId } from '@lading/digest/hash'
import type { Digest } from '@lading/digest'
import { parseReference } from '@lading/reference'
import type { PublishResult, Store } from '../../src/index.ts'
import { documentOf, type TestImage, type TestIndex } from './image.ts'

/** What a puller does with one image once the bytes are here, short of publishing. */
export async function fetch(store: Store, { config, layers, diffIds }: TestImage): Promise<void> {
  for (const blob of [config, ...layers]) await store.contents.put(blob.descriptor.digest, blob.bytes)
  let parent: Digest | undefined
  for (const [at, diffId] of diffIds.entries()) {
    const layer = layers[at]
    if (layer === undefined) throw new Error('fewer layers than diffIDs')
    await store.layers.register({ blob: layer.descriptor.digest, diffId, size: 1024, parent })
    parent = nextChainId(parent, diffId)
  }
}

/** Publishes a target with the images given; of an index, those children and every index. */
export function publish(
  store: Store,
  name: string,
  target: TestImage | TestIndex,
  images: readonly TestImage[] = imagesOf(target),
): Promise<PublishResult> {
  const indexes = (of: TestImage | TestIndex): readonly TestIndex[] =>
    'index' in of ? [of, ...of.children.flatMap(indexes)] : []
  return store.publish({
    reference: parseReference(name),
    target: documentOf(target).descriptor,
    manifests: [...indexes(target), ...images].map(documentOf),
  })
}

/** A pull from start to end, that comes back for what went away meanwhile. */
export async function pull(
  store: Store,
  name: string,
  target: TestImage | TestIndex,
  images: readonly TestImage[] = imagesOf(target),
): Promise<PublishResult> {
  for (;;) {
    for (const one of images) await fetch(store, one)
    const result = await publish(store, name, target, images)
    if (result.outcome !== 'missing') return result
  }
}

const imagesOf = (target: TestImage | TestIndex): readonly TestImage[] => ('index' in target ? [] : [target])
