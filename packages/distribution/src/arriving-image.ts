import { orAbort } from '@lading/clock'
import type { Digest } from '@lading/digest'
import type { Descriptor } from '@lading/manifest'
import type { Obtained } from './obtain-layer.ts'
import type { ManifestDocument } from './ports.ts'
import { PullError } from './pull-error.ts'
import type { PullJob } from './pull-job.ts'
import type { ArrivingImage } from './puller.ts'

/** An image whose config is in the store, as others may see it before all of it is there. */
export const arrivingImage = (
  { store }: Pick<PullJob, 'store'>,
  { descriptor: manifest, bytes }: ManifestDocument,
  config: Descriptor,
  obtained: ReadonlyMap<Digest, Promise<Obtained>>,
): ArrivingImage => ({
  manifest,
  async document(descriptor, { signal } = {}) {
    if (descriptor.digest === manifest.digest) return { descriptor: manifest, bytes }
    if (descriptor.digest !== config.digest) return undefined
    return { descriptor: config, bytes: await store.contents.read(config.digest, { signal }) }
  },
  async layer({ digest }, options = {}) {
    const layer = obtained.get(digest)
    if (layer === undefined)
      throw new PullError('NOT_AN_IMAGE', `${digest} is not a layer of ${manifest.digest}`, {
        digest,
        hint: 'ask for the layers of its manifest',
      })
    await orAbort(layer, options)
  },
})
