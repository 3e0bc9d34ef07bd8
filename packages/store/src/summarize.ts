import { successorsOf } from '@lading/content'
import { platformOf, type ImageConfig, type ImageManifest } from '@lading/manifest'
import { nameOf } from '@lading/reference'
import type { NamedTarget } from '@lading/reference-store'
import { readConfig } from './image-facts.ts'
import type { Parts } from './parts.ts'
import type { ImageSummary } from './store.ts'
import type { StoredImage } from './tree.ts'

/** What the documents of an image say of it. */
export type ImageFacts = Pick<ImageSummary, 'id' | 'platform' | 'created' | 'size'>

/** What an image is, whatever it is called. @throws what reading its config throws */
export async function describeImage(
  { contents }: Pick<Parts, 'contents'>,
  { manifest }: StoredImage,
): Promise<ImageFacts & { readonly config: ImageConfig }> {
  const config = await readConfig(contents, manifest.config)
  return {
    id: manifest.config.digest,
    platform: platformOf(config),
    ...(config.created === undefined ? {} : { created: config.created }),
    size: storedSize(manifest),
    config,
  }
}

export function nameMembers({ reference, target }: NamedTarget): Pick<ImageSummary, 'name' | 'tag' | 'target'> {
  return { name: nameOf(reference), ...(reference.tag === undefined ? {} : { tag: reference.tag }), target }
}

/** Tags, and those digests that no tag of the same repository stands for. */
export function shownNames(names: readonly NamedTarget[]): readonly NamedTarget[] {
  if (names.every(({ reference }) => reference.tag !== undefined)) return names
  const tagged = new Set(names.filter(({ reference }) => reference.tag !== undefined).map(byDigest))
  return names.filter((named) => named.reference.tag !== undefined || !tagged.has(byDigest(named)))
}

/** A target, as one repository has it. */
export const byDigest = ({ reference, target }: NamedTarget): string => `${nameOf(reference)}@${target.digest}`

/** Config and layers as they are stored: a blob that is named twice is there once. */
function storedSize(manifest: ImageManifest): number {
  const sizes = new Map(successorsOf(manifest).map(({ digest, size }) => [digest, size]))
  return [...sizes.values()].reduce((sum, size) => sum + size, 0)
}
