import { digestOf } from '@lading/digest/hash'
import { OCI_CONFIG, OCI_INDEX, OCI_LAYER, OCI_MANIFEST, type Descriptor } from '@lading/manifest'
import type { Document } from '../../src/index.ts'

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

export function documentOf(mediaType: string, value: unknown): Document {
  const bytes = bytesOf(typeof value === 'string' ? value : JSON.stringify(value))
  return { descriptor: { mediaType, digest: digestOf(bytes), size: bytes.byteLength }, bytes }
}

export const layerOf = (text: string): Document => documentOf(OCI_LAYER, text)
export const configOf = (text: string): Document =>
  documentOf(OCI_CONFIG, { architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [] }, author: text })

export const manifestOf = (config: Descriptor, layers: readonly Descriptor[], more: object = {}): Document =>
  documentOf(OCI_MANIFEST, { schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers, ...more })

export const indexOf = (manifests: readonly Descriptor[], more: object = {}): Document =>
  documentOf(OCI_INDEX, { schemaVersion: 2, mediaType: OCI_INDEX, manifests, ...more })

/** What finds a document by its digest; counts how often it was asked. */
export function sourceOf(documents: readonly Document[]): {
  readonly document: (descriptor: Descriptor) => Promise<Document | undefined>
  readonly asked: string[]
} {
  const byDigest = new Map(documents.map((document) => [document.descriptor.digest, document]))
  const asked: string[] = []
  return {
    asked,
    document: async ({ digest }) => {
      asked.push(digest)
      return byDigest.get(digest)
    },
  }
}
