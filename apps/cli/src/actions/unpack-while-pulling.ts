import type { AbortOptions } from '@lading/clock'
import { orAbort } from '@lading/clock'
import type { Source } from '@lading/content'
import type { ArrivingImage, PulledImage } from '@lading/distribution'
import type { Digest } from '@lading/digest'
import type { Descriptor } from '@lading/manifest'
import type { ImageToUnpack, Unpacked } from '@lading/rootfs'

interface Parts extends AbortOptions {
  readonly pull: (how: AbortOptions & { onArriving(image: ArrivingImage): void }) => Promise<PulledImage>
  readonly unpack: (image: Pick<ImageToUnpack, 'source' | 'manifest' | 'arriving'>) => Promise<Unpacked>
  /** Where the pull brings it. */
  readonly source: Source
}

/**
 * Unpacks an image while it is pulled: each layer as soon as it and those below are there. The directory is put in place when the
 * pull is over and right. When either fails, both end; what a mirror gave in vain is unpacked again from what came in its place.
 */
export async function unpackWhilePulling({
  pull,
  unpack,
  source,
  signal,
}: Parts): Promise<{ readonly manifest: Descriptor; readonly unpacked: Unpacked }> {
  const failed = new AbortController()
  const pulled = Promise.withResolvers<PulledImage>()
  pulled.promise.catch(() => {})
  let early: Promise<Outcome> | undefined

  async function begin(image: ArrivingImage): Promise<Outcome> {
    let inVain = false
    const orInVain = async (waiting: Promise<void>): Promise<void> => {
      try {
        await waiting
      } catch (error) {
        inVain = true
        throw error
      }
    }
    try {
      const unpacked = await unpack({
        source: { ...source, document: image.document },
        manifest: image.manifest,
        arriving: {
          layer: (layer, how) => orInVain(image.layer(layer, how)),
          all: (how) => orInVain(assertSame(orAbort(pulled.promise, how), image.manifest.digest)),
        },
      })
      return { unpacked }
    } catch (error) {
      // Nothing more is fetched for an image that cannot be unpacked.
      if (!inVain) failed.abort(error)
      return { error, inVain }
    }
  }

  try {
    const image = await pull({
      signal: AbortSignal.any(signal === undefined ? [failed.signal] : [signal, failed.signal]),
      onArriving: (arriving) => void (early ??= begin(arriving)),
    })
    pulled.resolve(image)
    const { manifest } = image
    const outcome = await early
    if (outcome !== undefined && 'unpacked' in outcome) return { manifest, unpacked: outcome.unpacked }
    if (outcome?.inVain === false) throw outcome.error
    return { manifest, unpacked: await unpack({ source, manifest }) }
  } catch (error) {
    pulled.reject(error)
    await early
    throw error
  }
}

type Outcome = { readonly unpacked: Unpacked } | { readonly error: unknown; readonly inVain: boolean }

async function assertSame(pulled: Promise<PulledImage>, digest: Digest): Promise<void> {
  if ((await pulled).manifest.digest !== digest) throw new Error('another image came')
}
