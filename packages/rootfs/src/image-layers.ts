import type { AbortOptions } from '@lading/clock'
import { decompress } from '@lading/compression'
import type { Source } from '@lading/content'
import type { Digest } from '@lading/digest'
import { algorithmOf } from '@lading/digest'
import { createHasher } from '@lading/digest/hash'
import { printable } from '@lading/errors'
import { decodeImageManifest, parseImageConfig, type Descriptor, type ImageConfig } from '@lading/manifest'
import type { LayerArchive } from './layer-archive.ts'
import { layerMismatch } from './layer-mismatch.ts'
import type { LayerFile } from './threads/inflate-worker.ts'
import { RootfsError } from './rootfs-error.ts'

/** An image in a store, at a registry, in an archive. */
export interface ImageToUnpack {
  readonly source: Source
  /** An image's manifest; of an index, the one for the requested platform. */
  readonly manifest: Descriptor
  /**
   * Where the source stores a blob as a file, compressed as it is: two threads then read and write, much faster. The
   * decompressed content is compared with the image's config.
   */
  readonly fileOf?: ((digest: Digest) => string) | undefined
  /** For an image that is still being downloaded: what to wait for. Its documents must be there. Default: everything is there. */
  readonly arriving?: ArrivingParts | undefined
}

export interface ArrivingParts {
  /** Resolves when the source has the whole layer. Called when it is the layer's turn. */
  layer(layer: Descriptor, options: AbortOptions): Promise<void>
  /** Resolves when everything is verified, for instance when the pull is done; nothing is put in place before. */
  all(options: AbortOptions): Promise<void>
}

/** With the path of its file, if the source has one, and what to wait for before it is read. */
export interface ImageLayer extends LayerArchive {
  readonly file?: LayerFile | undefined
  readonly arrival?: ((options: AbortOptions) => Promise<void>) | undefined
}

/** The config of an image, and its layers, base first, each verified by its blob's digest and by its diffID (image-spec, config.md, `rootfs`). */
export async function imageLayers(
  { source, manifest, fileOf, arriving }: ImageToUnpack,
  { signal }: AbortOptions = {},
): Promise<{ readonly layers: readonly ImageLayer[]; readonly config: ImageConfig }> {
  const { config, layers } = decodeImageManifest((await documentOf(source, manifest, signal)).bytes, manifest.mediaType)
  const image = parseImageConfig((await documentOf(source, config, signal)).bytes)
  const { diffIds } = image.rootfs
  if (diffIds.length !== layers.length)
    throw mismatch(manifest.digest, `it has ${layers.length} layers, but its config has ${diffIds.length}`)
  const found = layers.map((layer, index) => {
    const diffId = diffIds[index] as Digest
    const { digest, size } = layer
    const file = fileOf === undefined ? undefined : { path: fileOf(digest), digest, size, diffId }
    const arrival = arriving === undefined ? undefined : (how: AbortOptions) => arriving.layer(layer, how)
    return { ...layerArchive(source, layer, diffId), file, arrival }
  })
  return { layers: found, config: image }
}

async function documentOf(source: Source, descriptor: Descriptor, signal: AbortSignal | undefined) {
  const document = await source.document(descriptor, { signal })
  if (document !== undefined) return document
  throw new RootfsError('UNPACK_IMAGE_INCOMPLETE', `${descriptor.digest} is missing`, {
    digest: descriptor.digest,
    hint: 'pull the image again',
  })
}

const layerArchive = (source: Source, layer: Descriptor, diffId: Digest): LayerArchive => ({
  name: layer.digest,
  async *open({ signal } = {}) {
    const hasher = createHasher(algorithmOf(diffId))
    const blob = source.open(layer, { signal })
    for await (const bytes of decompress(blob, { inputLength: layer.size, signal })) {
      hasher.update(bytes)
      yield bytes
    }
    const actual = hasher.digest()
    if (actual !== diffId) throw layerMismatch(layer.digest, diffId, actual)
  },
})

const mismatch = (digest: string, why: string): RootfsError =>
  new RootfsError('UNPACK_LAYER_MISMATCH', `${printable(digest)} is not the layer of this image: ${why}`, {
    digest,
    hint: 'pull the image again; if that does not help, the image itself is wrong: build it again',
  })
