import type { AbortOptions } from '@lading/clock'
import type { Document, Source } from '@lading/content'
import type { Digest } from '@lading/digest'
import {
  chooseManifest,
  defaultPlatform,
  imageProblem,
  parseImageConfig,
  schemas,
  type Descriptor,
  type HistoryEntry,
  type ImageConfig,
  type ImageManifest,
  type Manifest,
  type Platform,
} from '@lading/manifest'
import { ImageError } from './image-error.ts'

export interface ImageLayer {
  /** Counted from the base, 0. */
  readonly index: number
  readonly descriptor: Descriptor
  readonly diffId: Digest
  /** How it was made, from the config. */
  readonly history: HistoryEntry | undefined
}

/** The documents of one image. */
export interface ChosenImage {
  /** What was requested: an index, or the manifest. */
  readonly target: Descriptor
  readonly descriptor: Descriptor
  readonly manifest: ImageManifest
  readonly config: ImageConfig
  /** The config's exact bytes. */
  readonly configBytes: Uint8Array
  /** Base first. */
  readonly layers: readonly ImageLayer[]
}

export interface ChooseImageOptions extends AbortOptions {
  /** Which image to choose from an index. Default: `defaultPlatform()`. */
  readonly platform?: Platform | undefined
}

/** @throws ImageError, ManifestError, and what the source throws */
export async function chooseImage(
  source: Pick<Source, 'resolve' | 'document'>,
  reference: string | Descriptor,
  { platform = defaultPlatform(), signal }: ChooseImageOptions = {},
): Promise<ChosenImage> {
  const target = typeof reference === 'string' ? await source.resolve(reference, { signal }) : reference
  const loaded = new Map<Digest, Manifest>()
  const load = async (descriptor: Descriptor): Promise<Manifest | undefined> => {
    const document = await source.document(descriptor, { signal })
    if (document === undefined) return undefined
    const manifest = schemas.unmarshal(descriptor.mediaType, document.bytes)
    loaded.set(descriptor.digest, manifest)
    return manifest
  }
  const top = present(await load(target), target)
  const descriptor = await chooseManifest({ manifest: top, descriptor: target }, platform, load)
  const manifest = present(loaded.get(descriptor.digest) ?? (await load(descriptor)), descriptor)
  if (manifest.kind === 'index') throw notAnImage(descriptor, 'an index in an index without an image')
  const problem = imageProblem(manifest)
  if (problem !== undefined) throw notAnImage(descriptor, problem.what, problem.hint)
  const { bytes }: Document = present(await source.document(manifest.config, { signal }), manifest.config)
  const config = parseImageConfig(bytes)
  return { target, descriptor, manifest, config, configBytes: bytes, layers: layersOf(manifest, config, descriptor) }
}

function layersOf(
  { layers }: ImageManifest,
  { rootfs: { diffIds }, history }: ImageConfig,
  { digest }: Descriptor,
): readonly ImageLayer[] {
  if (layers.length !== diffIds.length)
    throw new ImageError(
      'IMAGE_INVALID',
      `the manifest ${digest} has ${layers.length} layers, but its config has ${diffIds.length}`,
      { digest, expected: diffIds.length, actual: layers.length, hint: 'build the image again' },
    )
  const made = history.filter(({ emptyLayer }) => !emptyLayer)
  // Not all builders write a history, and some write half of one: then its entries cannot be assigned to layers.
  const isWhole = made.length === layers.length
  return layers.map((descriptor, index) => ({
    index,
    descriptor,
    diffId: diffIds[index] as Digest,
    history: isWhole ? made[index] : undefined,
  }))
}

function present<T>(found: T | undefined, { digest }: Descriptor): T {
  if (found !== undefined) return found
  throw new ImageError('IMAGE_INCOMPLETE', `${digest}, which the image needs, is missing`, {
    digest,
    hint: 'if the image is in a store, pull it again; if it is in an archive, write the archive again',
  })
}

const notAnImage = ({ digest }: Descriptor, what: string, hint = 'choose an image'): ImageError =>
  new ImageError('NOT_AN_IMAGE', `${digest} is ${what}, which has no files to read`, { digest, hint })
