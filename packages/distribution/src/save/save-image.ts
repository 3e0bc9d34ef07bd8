import type { AbortOptions, Clock } from '@lading/clock'
import type { Delivery, Source } from '@lading/content'
import type { Descriptor, Platform } from '@lading/manifest'
import type { RetryEvent } from '@lading/transfer'
import { deliverBlobs } from './deliver-blobs.ts'
import { notWhole, selectDocuments } from './select-documents.ts'
import { uncompressLayers } from './uncompress-layers.ts'

export interface SaveOptions extends AbortOptions {
  /** Which images of an index. Default: all that are there. */
  readonly platforms?: readonly Platform[] | undefined
  /**
   * Of an index one image alone: that of this platform, or where there is none the first. For archives that have no index, and
   * in the place of `platforms`.
   */
  readonly only?: Platform | undefined
  /** Layers as tar, and manifests made anew over them: image IDs stay, digests of targets do not. Default false. */
  readonly uncompressed?: boolean | undefined
  /** The source may have a manifest without all that it names, as a store may. Default false: nobody asks before. */
  readonly partial?: boolean | undefined
  readonly onWarning?: ((warning: SaveWarning) => void) | undefined
  /** Told before each wait for another attempt, and once a second during it. */
  readonly onRetry?: ((event: RetryEvent) => void) | undefined
  /** Default: the system's. */
  readonly clock?: Clock | undefined
}

/** What a user should know. `message` is a sentence without its full stop, safe to print. */
export interface SaveWarning {
  /** `FOREIGN_LAYERS`: layers were left out. `PLATFORM`: the only image there is is for another platform. */
  readonly code: 'FOREIGN_LAYERS' | 'PLATFORM'
  readonly message: string
}

/** What a delivery was given. */
export interface SavedImage {
  readonly target: Descriptor
  readonly names: readonly string[]
  /** Of its documents, the target among them. */
  readonly documents: readonly Descriptor[]
}

/** One image on its way: from where, and as what. */
export interface ImageToSave {
  readonly source: Source
  /** An index or a manifest. */
  readonly target: Descriptor
  /** In the grammar of where it goes. */
  readonly names: readonly string[]
}

/**
 * Brings an image, with all platforms that are there or those that are asked for, to an archive, a layout or whatever
 * else takes a delivery, which is left open. One blob after the other, in the order of the index; each once in a
 * delivery; what a registry breaks off goes on from where it is. Foreign layers are left out.
 *
 * @throws DeliveryError `CONTENT_UNKNOWN` where the image is not whole; ManifestError `PLATFORM_UNAVAILABLE`; what source and
 *   delivery throw; the signal's reason
 */
export async function saveImage(
  image: ImageToSave,
  delivery: Delivery,
  options: SaveOptions = {},
): Promise<SavedImage> {
  const { source, names } = image
  const selected = await selectDocuments(image, options)
  const { target, documents } =
    options.uncompressed === true ? await uncompressLayers(source, selected, delivery, options) : selected
  await deliverBlobs(source, documents, delivery, options)
  const result = await delivery.publish({ target, names, documents }, { signal: options.signal })
  if (result.outcome === 'missing') throw notWhole(target, result.blobs)
  return { target, names, documents: documents.map(({ descriptor }) => descriptor) }
}
