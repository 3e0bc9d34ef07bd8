import type { AbortOptions } from '@lading/clock'
import { decompress, type Bounds } from '@lading/compression'
import type { Source } from '@lading/content'
import { algorithmOf, type Digest } from '@lading/digest'
import { createHasher } from '@lading/digest/hash'
import { isLadingError, printable } from '@lading/errors'
import type { Descriptor } from '@lading/manifest'
import { readTar, type TarBounds, type TarEntryWithBody } from '@lading/tar'
import { ImageError } from './image-error.ts'
import { parseLayerName, type LayerName } from './layer-name.ts'

/** Limits for reading a layer: number of entries, lengths and depths of names, decompressed bytes. Defaults as in `@lading/tar` and `@lading/compression`. */
export interface LayerLimits extends TarBounds, Pick<Bounds, 'maxOutput' | 'maxRatio' | 'ratioFloor'> {}

export interface ReadLayerOptions extends AbortOptions {
  /** The layer's digest in the config (`rootfs.diff_ids`): that of its decompressed content. Without it only the blob is verified. */
  readonly diffId?: Digest | undefined
  readonly limits?: LayerLimits | undefined
}

export interface LayerEntry extends TarEntryWithBody {
  readonly layerName: LayerName
}

/**
 * The entries of one layer in their order, whiteouts among them, each with its body, which can be read until the next one is requested.
 * The first bytes decide how it is compressed, never its media type.
 *
 * **Nothing is verified before the end.** If the iteration ends without an error, it has verified the size and the digest of the
 * blob, and the diffID if it was given; if it is left early, nothing is verified.
 *
 * @throws ImageError; what the source throws, such as a digest that does not match; the signal's reason unchanged
 */
export async function* readLayer(
  source: Pick<Source, 'open'>,
  descriptor: Descriptor,
  options: ReadLayerOptions = {},
): AsyncGenerator<LayerEntry, void, undefined> {
  const { diffId, limits = {}, signal } = options
  const { maxOutput, maxRatio, ratioFloor, ...bounds } = limits
  refuseEncrypted(descriptor)
  const chunks = decompress(source.open(descriptor, { signal }), {
    signal,
    maxOutput,
    maxRatio,
    ratioFloor,
    inputLength: descriptor.size,
  })
  const tar = diffId === undefined ? chunks : verified(chunks, diffId, descriptor)
  const named = (error: unknown): unknown => nameLayer(error, descriptor)
  try {
    for await (const entry of readTar(tar, { ...bounds, endMarker: 'optional', signal })) {
      const layerName = parseLayerName(entry.name)
      yield Object.assign(entry, { layerName, body: throwing(entry.body, named) })
    }
  } catch (error) {
    throw named(error)
  }
}

async function* verified(
  chunks: AsyncIterable<Uint8Array>,
  diffId: Digest,
  { digest }: Descriptor,
): AsyncGenerator<Uint8Array, void, undefined> {
  const hasher = createHasher(algorithmOf(diffId))
  for await (const chunk of chunks) {
    hasher.update(chunk)
    yield chunk
  }
  const actual = hasher.digest()
  if (actual === diffId) return
  throw new ImageError(
    'DIFF_ID_MISMATCH',
    `the layer ${digest} has the diffID ${actual}, but the config has ${diffId}`,
    {
      digest,
      expected: diffId,
      actual,
      hint: 'the blob matches its digest, so the image was built wrong, or its config belongs to another image: build it again',
    },
  )
}

const throwing = (body: AsyncIterable<Uint8Array>, named: (error: unknown) => unknown): AsyncIterable<Uint8Array> => ({
  async *[Symbol.asyncIterator]() {
    try {
      yield* body
    } catch (error) {
      throw named(error)
    }
  },
})

/** Errors of formats have an offset, but not the layer. */
function nameLayer(error: unknown, { digest }: Descriptor): unknown {
  if (!isLadingError(error)) return error
  const { message, hint, facts } = error
  if (error.name === 'ImageError' && facts.digest === undefined)
    return new ImageError(error.code as 'LAYER_NAME_INVALID', `in the layer ${digest}, ${message}`, {
      ...facts,
      digest,
      hint,
      cause: error,
    })
  if (error.name !== 'TarError' && error.name !== 'CompressionError') return error
  if (error.code === 'TAR_BODY_GONE') return error
  return new ImageError('LAYER_UNREADABLE', `the layer ${digest} cannot be read: ${message}`, {
    ...facts,
    digest,
    hint,
    cause: error,
  })
}

function refuseEncrypted({ mediaType, digest }: Descriptor): void {
  if (!mediaType.endsWith('+encrypted')) return
  throw new ImageError('LAYER_UNSUPPORTED', `the layer ${digest} is encrypted ("${printable(mediaType, 100)}")`, {
    digest,
    actual: printable(mediaType, 100),
    hint: 'decrypt the image first, for example with skopeo copy --decryption-key',
  })
}
