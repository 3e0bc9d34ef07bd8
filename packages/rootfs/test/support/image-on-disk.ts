import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createMemoryContent } from '@lading/content'
import type { Digest } from '@lading/digest'
import { digestOf } from '@lading/digest/hash'
import { OCI_CONFIG, OCI_LAYER, OCI_MANIFEST, type Descriptor } from '@lading/manifest'
import type { ImageToUnpack, LayerArchive } from '@lading/rootfs'

/** An image whose layers are files of a directory, as those of a store are. */
export async function imageOnDisk(directory: string, layers: readonly LayerArchive[]): Promise<ImageToUnpack> {
  const descriptors: Descriptor[] = []
  for (const layer of layers) {
    const chunks: Uint8Array[] = []
    for await (const chunk of layer.open()) chunks.push(chunk)
    const bytes = Buffer.concat(chunks)
    const digest = digestOf(bytes)
    writeFileSync(join(directory, nameOf(digest)), bytes)
    descriptors.push({ mediaType: OCI_LAYER, digest, size: bytes.length })
  }
  const config = document(OCI_CONFIG, {
    architecture: 'amd64',
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: descriptors.map(({ digest }) => digest) },
  })
  const manifest = document(OCI_MANIFEST, {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: config.descriptor,
    layers: descriptors,
  })
  const documents = [config, manifest]
  return {
    source: {
      ...createMemoryContent(),
      document: async ({ digest }) => documents.find(({ descriptor }) => descriptor.digest === digest),
    },
    manifest: manifest.descriptor,
    fileOf: (digest) => join(directory, nameOf(digest)),
  }
}

const nameOf = (digest: Digest): string => digest.replace(':', '-')

function document(mediaType: string, value: unknown): { readonly descriptor: Descriptor; readonly bytes: Uint8Array } {
  const bytes = Buffer.from(JSON.stringify(value))
  return { descriptor: { mediaType, digest: digestOf(bytes), size: bytes.length }, bytes }
}
