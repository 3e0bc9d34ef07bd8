import { sha256 } from './scripted-server.ts'
import type { Descriptor } from '@lading/manifest'

export const manifestType = 'application/vnd.oci.image.manifest.v1+json'

export function descriptorOf(content: Uint8Array, mediaType = 'application/vnd.oci.image.layer.v1.tar'): Descriptor {
  return { mediaType, digest: sha256(content), size: content.byteLength }
}

/** A minimal OCI manifest over the given blobs, as bytes and with its digest. */
export function manifestOf(
  config: Uint8Array = Buffer.from('{}'),
  layers: readonly Uint8Array[] = [Buffer.from('layer')],
): { readonly bytes: Buffer; readonly digest: `sha256:${string}` } {
  const bytes = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: manifestType,
      config: descriptorOf(config, 'application/vnd.oci.image.config.v1+json'),
      layers: layers.map((layer) => descriptorOf(layer)),
    }),
  )
  return { bytes, digest: sha256(bytes) }
}
