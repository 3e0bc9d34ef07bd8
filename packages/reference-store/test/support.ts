import type { Digest } from '@lading/digest'
import { digestOf } from '@lading/digest/hash'
import type { Descriptor } from '@lading/manifest'
import { parseReference as parse } from '@lading/reference'

export { parse }

/** A digest that is different for each text. */
export const digest = (of: string): Digest => digestOf(new TextEncoder().encode(of))

export const target = (of: string): Descriptor => ({
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  digest: digest(of),
  size: of.length,
})
