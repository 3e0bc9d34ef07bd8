import { DeliveryError, successorsOf, type Document, type Source } from '@lading/content'
import type { Digest } from '@lading/digest'
import { isLadingError } from '@lading/errors'
import {
  formatPlatform,
  imageProblem,
  isAttestation,
  isForeignLayerType,
  isIndexType,
  isManifestType,
  ManifestError,
  matchPlatforms,
  parseImageConfig,
  platformOf,
  platformUnavailable,
  schemas,
  type Descriptor,
  type ImageIndex,
  type ImageManifest,
  type Manifest,
} from '@lading/manifest'
import type { ImageToSave, SaveOptions } from './save-image.ts'

export type DocumentToSave = Document & { readonly manifest: Manifest }

/** What goes of a target. */
export interface Selected {
  readonly target: Descriptor
  /** What is named before what names it, the target last; each once. */
  readonly documents: readonly DocumentToSave[]
}

/** As deep as anything honest goes, and as many. */
const limits = { depth: 8, documents: 1000 }

/**
 * The manifests of a target that are to be saved, with the indexes above them.
 *
 * @throws DeliveryError `CONTENT_UNKNOWN`, `GRAPH_TOO_LARGE`; ManifestError
 */
export async function selectDocuments(image: ImageToSave, options: SaveOptions): Promise<Selected> {
  const { only } = options
  if (only === undefined) return selectFrom(image, options)
  try {
    // Whatever a single image is for, nobody asked for another.
    return await selectFrom(image, { ...options, platforms: [only], onWarning: undefined })
  } catch (error) {
    if (!isLadingError(error, 'PLATFORM_UNAVAILABLE')) throw error
    return selectFrom(image, { ...options, platforms: undefined, isFirstEnough: true })
  }
}

async function selectFrom(
  { source, target }: ImageToSave,
  options: SaveOptions & { readonly isFirstEnough?: boolean | undefined },
): Promise<Selected> {
  const { isFirstEnough = false, platforms, partial = false, signal } = options
  const documents = new Map<Digest, DocumentToSave>()
  const seen: Manifest[] = []

  const read = async (descriptor: Descriptor): Promise<DocumentToSave | undefined> => {
    signal?.throwIfAborted()
    const document = documents.get(descriptor.digest) ?? (await source.document(descriptor, { signal }))
    if (document === undefined) return undefined
    if (seen.length === limits.documents) throw tooLarge(target)
    const manifest = schemas.unmarshal(descriptor.mediaType, document.bytes)
    seen.push(manifest)
    return { descriptor, bytes: document.bytes, manifest }
  }
  /** Whether it goes, with at least one image. */
  const take = async (descriptor: Descriptor, depth: number): Promise<boolean> => {
    if (documents.has(descriptor.digest)) return true
    if (depth > limits.depth) throw tooLarge(target)
    const document = await read(descriptor)
    if (document === undefined) return false
    const { manifest } = document
    const goes =
      manifest.kind === 'index'
        ? await takeChildren(manifest, depth)
        : !partial || (await missingOf(manifest)).length === 0
    if (goes) documents.set(descriptor.digest, document)
    return goes
  }
  const takeChildren = async ({ manifests }: ImageIndex, depth: number): Promise<boolean> => {
    let some = manifests.length === 0
    for (const wanted of platforms ?? [undefined]) {
      const children = wanted === undefined ? manifests : matchPlatforms(manifests, wanted).candidates
      for (const child of children) {
        if (!isManifestType(child.mediaType) && !isIndexType(child.mediaType)) continue
        if (isFirstEnough && isAttestation(child)) continue
        if (!(await take(child, depth + 1))) continue
        some = true
        if (wanted !== undefined || isFirstEnough) break
      }
    }
    return some
  }
  const missingOf = async (manifest: ImageManifest): Promise<readonly Descriptor[]> => {
    const missing: Descriptor[] = []
    for (const blob of successorsOf(manifest)) {
      if (isForeignLayerType(blob.mediaType)) continue
      if ((await source.stat(blob.digest, { signal }))?.size !== blob.size) missing.push(blob)
    }
    return missing
  }

  if (await take(target, 1)) {
    const found = documents.get(target.digest)
    if (platforms !== undefined && found?.manifest.kind === 'manifest') await tellPlatform(source, found, options)
    return { target, documents: [...documents.values()] }
  }
  const [wanted] = platforms ?? []
  if (wanted !== undefined && seen[0]?.kind === 'index') {
    const { message, hint } = platformUnavailable(seen, wanted, target.digest)
    throw new ManifestError('PLATFORM_UNAVAILABLE', message, { digest: target.digest, hint })
  }
  const [only] = seen
  throw notWhole(target, only?.kind === 'manifest' ? await missingOf(only) : [])
}

/** A single image is saved whatever it is for. */
async function tellPlatform(
  source: Source,
  { manifest, descriptor }: DocumentToSave,
  { platforms = [], signal, onWarning }: SaveOptions,
): Promise<void> {
  if (manifest.kind !== 'manifest' || imageProblem(manifest) !== undefined) return
  const config = await source.document(manifest.config, { signal })
  if (config === undefined) return
  const platform = platformOf(parseImageConfig(config.bytes))
  if (platforms.some((wanted) => matchPlatforms([{ ...descriptor, platform }], wanted).candidates.length > 0)) return
  onWarning?.({
    code: 'PLATFORM',
    message: `${descriptor.digest} is for ${formatPlatform(platform)}, not for ${platforms.map(formatPlatform).join(' or ')}`,
  })
}

/** Some of what an image needs is not at its source. */
export function notWhole({ digest }: Descriptor, missing: readonly Descriptor[]): DeliveryError {
  const [first] = missing
  const what = first === undefined ? 'none of its images is complete here' : `${first.digest} is missing`
  return new DeliveryError('CONTENT_UNKNOWN', `${digest} is incomplete: ${what}`, {
    digest,
    hint: 'pull it for that platform, and try again',
  })
}

function tooLarge({ digest }: Descriptor): DeliveryError {
  return new DeliveryError('GRAPH_TOO_LARGE', `${digest} contains too many nested indexes`, {
    digest,
    hint: 'no build tool makes such an image; use one of its manifests by digest',
  })
}
