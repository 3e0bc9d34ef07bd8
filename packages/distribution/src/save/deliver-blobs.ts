import { successorsOf, type Delivery, type Source } from '@lading/content'
import type { Digest } from '@lading/digest'
import { isForeignLayerType, type Descriptor } from '@lading/manifest'
import { createTransfers, type Work } from '@lading/transfer'
import { copyBlob, type BlobOutcome, type BlobProgress } from '../copy/copy-blob.ts'
import type { SaveOptions } from './save-image.ts'
import type { DocumentToSave } from './select-documents.ts'

/** Brings what manifests name, config and layers, one after the other in their order: the same images, the same bytes. */
export async function deliverBlobs(
  source: Source,
  documents: readonly DocumentToSave[],
  delivery: Delivery,
  options: SaveOptions,
): Promise<void> {
  const blobs = new Map<Digest, Descriptor>()
  for (const { manifest } of documents) {
    if (manifest.kind !== 'manifest') continue
    for (const blob of successorsOf(manifest)) blobs.set(blob.digest, blob)
  }
  const foreign = [...blobs.values()].filter(({ mediaType }) => isForeignLayerType(mediaType))
  tellForeign(foreign, options)
  const work = { source, delivery, mount: [], onStart: () => {} }
  for (const blob of blobs.values()) if (!foreign.includes(blob)) await repeated(blob, copyBlob(blob, work), options)
}

function tellForeign(foreign: readonly Descriptor[], { onWarning }: SaveOptions): void {
  const [first] = foreign
  if (first === undefined) return
  const layers = foreign.length === 1 ? 'a layer that is' : `${foreign.length} layers that are`
  onWarning?.({
    code: 'FOREIGN_LAYERS',
    message: `${layers} not to be distributed is left out (${first.digest}): whoever loads the image must have it, or fetch it from the URLs in the manifest`,
  })
}

/** Work on one blob that is tried again where its source may do better, five times without progress. */
export async function repeated(
  { digest, size }: Descriptor,
  work: Work<BlobOutcome, BlobProgress>,
  { signal, onRetry, clock }: SaveOptions,
): Promise<void> {
  const transfers = createTransfers({ limit: 1, backoff: { baseMs: 250 }, clock })
  try {
    const watch = transfers.run(digest, work, { signal, size })
    for await (const progress of watch) if (progress.phase === 'retry') onRetry?.(progress.event)
    await watch.result()
  } finally {
    // A write may still be on its way.
    await transfers.close()
  }
}
