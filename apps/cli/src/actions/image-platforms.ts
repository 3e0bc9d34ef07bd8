import { successorsOf } from '@lading/content'
import type { Digest } from '@lading/digest'
import {
  isAttestation,
  isIndexType,
  parseImageConfig,
  platformOf,
  type Descriptor,
  type Platform,
} from '@lading/manifest'
import type { ImageSummary, Store } from '@lading/store'

/** An image of an index. */
export interface PlatformImage {
  readonly digest: Digest
  /** As the index says; where it does not, as the image does, if it is here. */
  readonly platform?: Platform | undefined
  /** With all its layers. */
  readonly here: boolean
  /** The image ID, if it is known. */
  readonly id?: Digest | undefined
  /** Of config and layers, in bytes, if it is known. */
  readonly size?: number | undefined
  /** RFC 3339, of an image that is here. */
  readonly created?: string | undefined
}

/** The images of an index, in its order, those of indexes below it too; `undefined`: it is none. */
export async function platformsOf(store: Store, target: Descriptor): Promise<readonly PlatformImage[] | undefined> {
  const found = await store.manifest(target)
  if (found?.manifest.kind !== 'index') return undefined
  const images: PlatformImage[] = []
  for (const entry of found.manifest.manifests) {
    if (isAttestation(entry)) continue
    if (isIndexType(entry.mediaType)) images.push(...((await platformsOf(store, entry)) ?? []))
    else images.push(await imageOf(store, entry))
  }
  return images
}

async function imageOf(store: Store, entry: Descriptor): Promise<PlatformImage> {
  const { digest, platform } = entry
  const found = await store.manifest(entry)
  if (found?.manifest.kind !== 'manifest') return { digest, platform, here: false }
  const blobs = new Map(successorsOf(found.manifest).map((blob) => [blob.digest, blob.size]))
  const known = {
    digest,
    id: found.manifest.config.digest,
    size: [...blobs.values()].reduce((sum, size) => sum + size, 0),
  }
  if (!(await store.present(entry))) return { ...known, platform, here: false }
  const config = parseImageConfig(await store.contents.read(known.id))
  return { ...known, platform: platform ?? platformOf(config), here: true, created: config.created }
}

/** A row for each platform of an image that is here; one for what is no index. */
export async function everyPlatform(store: Store, image: ImageSummary): Promise<readonly ImageSummary[]> {
  const { created: _, ...rest } = image
  const rows = ((await platformsOf(store, image.target)) ?? []).flatMap(({ here, id, size, platform, created }) =>
    here && id !== undefined && size !== undefined
      ? [{ ...rest, id, size, platform: platform ?? image.platform, ...(created === undefined ? {} : { created }) }]
      : [],
  )
  return rows.length === 0 ? [image] : rows
}
