import { createReadStream } from 'node:fs'
import type { AbortOptions } from '@lading/clock'
import { CompressionError } from '@lading/compression'
import { algorithmOf } from '@lading/digest'
import { createHasher } from '@lading/digest/hash'
import { ImageError } from '@lading/image'
import { TarError } from '@lading/tar'
import { layerDamaged } from './layer-mismatch.ts'
import { RootfsError } from './rootfs-error.ts'
import type { LayerFile } from './threads/inflate-worker.ts'

/** Those of this package that a layer's bytes alone lead to. */
const ofContent = new Set([
  'UNPACK_ENTRY_INVALID',
  'UNPACK_LINK_INVALID',
  'UNPACK_OWNER_INVALID',
  'UNPACK_LIMIT',
  'UNPACK_LAYER_MISMATCH',
])

/**
 * A layer that is refused for what is in it may be damaged: then that is said, whichever of its wrong bytes was met first.
 * What is read again is the file as it is kept, however much would come out of it.
 *
 * @returns `undefined`: its bytes are those that its digest names, or cannot be read
 */
export async function damageOf(
  { path, digest }: LayerFile,
  error: unknown,
  { signal }: AbortOptions,
): Promise<RootfsError | undefined> {
  const isOfContent =
    error instanceof TarError ||
    error instanceof CompressionError ||
    error instanceof ImageError ||
    (error instanceof RootfsError && ofContent.has(error.code))
  if (!isOfContent) return undefined
  try {
    const hasher = createHasher(algorithmOf(digest))
    for await (const bytes of createReadStream(path, { signal }) as AsyncIterable<Uint8Array>) hasher.update(bytes)
    const actual = hasher.digest()
    return actual === digest ? undefined : layerDamaged(digest, actual, error)
  } catch {
    signal?.throwIfAborted()
    return undefined
  }
}
