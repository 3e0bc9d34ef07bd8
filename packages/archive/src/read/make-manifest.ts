import type { Document } from '@lading/content'
import { digestOf } from '@lading/digest/hash'
import { OCI_LAYER, OCI_LAYER_GZIP, OCI_LAYER_ZSTD, OCI_MANIFEST, type Descriptor } from '@lading/manifest'
import type { FoundLayer } from './members.ts'

const types = { none: OCI_LAYER, gzip: OCI_LAYER_GZIP, zstd: OCI_LAYER_ZSTD } as const

export const layerDescriptor = ({ digest, size, compression }: FoundLayer): Descriptor => ({
  mediaType: types[compression],
  digest,
  size,
})

/** The OCI manifest of an image without one: the same bytes for the same image. */
export function makeManifest(config: Descriptor, layers: readonly Descriptor[]): Document {
  const bytes = new TextEncoder().encode(JSON.stringify({ schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers }))
  return { descriptor: { mediaType: OCI_MANIFEST, digest: digestOf(bytes), size: bytes.byteLength }, bytes }
}
