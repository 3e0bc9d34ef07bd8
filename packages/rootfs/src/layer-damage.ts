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

/** Errors of this package that only a layer's bytes can cause. */
const ofContent = new Set([
  'UNPACK_ENTRY_INVALID',
  'UNPACK_LINK_INVALID',
  'UNPACK_OWNER_INVALID',
  'UNPACK_LIMIT',
  'UNPACK_LAYER_MISMATCH',
])

/**
 * A layer that is refused for its content may be damaged. Then this is reported, and not the first wrong entry.
 * The file is read again as it is stored, without decompressing it.
 *
 * @returns `undefined`: its bytes match its digest, or cannot be read
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
