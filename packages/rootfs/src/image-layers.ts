import { decompress } from '@lading/compression'
import type { Source } from '@lading/content'
import type { Digest } from '@lading/digest'
import { algorithmOf } from '@lading/digest'
import { createHasher } from '@lading/digest/hash'
import { printable } from '@lading/errors'
import { decodeImageManifest, parseImageConfig, type Descriptor } from '@lading/manifest'
import type { LayerArchive } from './layer-archive.ts'
import { layerMismatch } from './layer-mismatch.ts'
import type { LayerFile } from './threads/inflate-worker.ts'
import { RootfsError } from './rootfs-error.ts'

/** An image in a store, at a registry, in an archive. */
export interface ImageToUnpack {
  readonly source: Source
  /** An image's manifest: of an index, the one for the platform that is wanted. */
  readonly manifest: Descriptor
  /**
   * Where the source keeps a blob as a file, compressed as it is: two threads then read and write, much faster. What comes
   * out is held against the image's config.
   */
  readonly fileOf?: ((digest: Digest) => string) | undefined
}

/** With where its file is, when the source keeps it in one. */
export interface ImageLayer extends LayerArchive {
  readonly file?: LayerFile | undefined
}

/** The layers of an image, base first, each verified by its blob's digest and by its diffID (image-spec, config.md, `rootfs`). */
export async function imageLayers(
  { source, manifest, fileOf }: ImageToUnpack,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<readonly ImageLayer[]> {
  const { config, layers } = decodeImageManifest((await documentOf(source, manifest, signal)).bytes, manifest.mediaType)
  const { diffIds } = parseImageConfig((await documentOf(source, config, signal)).bytes).rootfs
  if (diffIds.length !== layers.length)
    throw mismatch(manifest.digest, `it has ${layers.length} layers, and its config says ${diffIds.length}`)
  return layers.map((layer, index) => {
    const diffId = diffIds[index] as Digest
    const { digest, size } = layer
    const file = fileOf === undefined ? undefined : { path: fileOf(digest), digest, size, diffId }
    return { ...layerArchive(source, layer, diffId), file }
  })
}

async function documentOf(source: Source, descriptor: Descriptor, signal: AbortSignal | undefined) {
  const document = await source.document(descriptor, { signal })
  if (document !== undefined) return document
  throw new RootfsError('UNPACK_IMAGE_INCOMPLETE', `${descriptor.digest} is not there`, {
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
    hint: 'pull the image again; if that does not help, it was built broken',
  })
