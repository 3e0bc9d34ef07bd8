import type { Digest } from '@lading/digest'
import type { Descriptor } from '../descriptor.ts'
import { OCI_MANIFEST } from '../media-types.ts'
import { schema1DigestKey } from '../schema1-target.ts'

/**
 * The OCI manifest of an image that came as schema 1: the same bytes for the same image.
 *
 * @param layers base first
 * @param digest of the schema 1 manifest; an annotation says it
 */
export function makeManifest({
  config,
  layers,
  digest,
}: {
  readonly config: Descriptor
  readonly layers: readonly Descriptor[]
  readonly digest: Digest
}): Uint8Array {
  const plain = ({ mediaType, digest: of, size }: Descriptor): Descriptor => ({ mediaType, digest: of, size })
  const document = {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: plain(config),
    layers: layers.map(plain),
    annotations: { [schema1DigestKey]: digest },
  }
  return new TextEncoder().encode(JSON.stringify(document))
}
