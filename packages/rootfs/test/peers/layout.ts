import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createMemoryContent } from '@lading/content'
import type { Digest } from '@lading/digest'
import { digestOf } from '@lading/digest/hash'
import { OCI_CONFIG, OCI_INDEX, OCI_LAYER, OCI_MANIFEST, type Descriptor } from '@lading/manifest'
import type { ImageToUnpack } from '@lading/rootfs'

/** Images in an OCI layout, which every program reads. */
export interface Layout {
  readonly directory: string
  /** One of them, as `unpack` takes it. */
  image(tag: string): ImageToUnpack
  /** Its layers' files, the lowest first. */
  layers(tag: string): readonly string[]
}

/** @param images tar archives by tag, the lowest layer first */
export function writeLayout(directory: string, images: Readonly<Record<string, readonly Uint8Array[]>>): Layout {
  const blobs = join(directory, 'blobs', 'sha256')
  mkdirSync(blobs, { recursive: true })
  const fileOf = (digest: Digest): string => join(blobs, digest.slice('sha256:'.length))
  const documents = new Map<Digest, Uint8Array>()
  const put = (mediaType: string, bytes: Uint8Array): Descriptor => {
    const digest = digestOf(bytes)
    writeFileSync(fileOf(digest), bytes)
    return { mediaType, digest, size: bytes.length }
  }
  const putDocument = (mediaType: string, value: unknown): Descriptor => {
    const bytes = Buffer.from(JSON.stringify(value))
    documents.set(digestOf(bytes), bytes)
    return put(mediaType, bytes)
  }
  const files = new Map<string, readonly string[]>()
  const manifests = new Map(
    Object.entries(images).map(([tag, archives]) => {
      const layers = archives.map((bytes) => put(OCI_LAYER, bytes))
      files.set(
        tag,
        layers.map(({ digest }) => fileOf(digest)),
      )
      const config = putDocument(OCI_CONFIG, {
        architecture: 'amd64',
        os: 'linux',
        config: { Cmd: ['/nothing'] },
        rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
        history: layers.map((_, index) => ({ created_by: `layer ${index}` })),
      })
      return [tag, putDocument(OCI_MANIFEST, { schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers })]
    }),
  )
  const named = [...manifests].map(([tag, descriptor]) => ({
    ...descriptor,
    annotations: { 'org.opencontainers.image.ref.name': tag },
  }))
  writeFileSync(join(directory, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}')
  writeFileSync(
    join(directory, 'index.json'),
    JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: named }),
  )
  return {
    directory,
    layers: (tag) => files.get(tag) ?? [],
    image: (tag) => ({
      source: {
        ...createMemoryContent(),
        document: async (descriptor) => {
          const bytes = documents.get(descriptor.digest)
          return bytes === undefined ? undefined : { descriptor, bytes }
        },
        async *open({ digest }) {
          yield readFileSync(fileOf(digest))
        },
      },
      manifest: manifests.get(tag) as Descriptor,
      fileOf,
    }),
  }
}
