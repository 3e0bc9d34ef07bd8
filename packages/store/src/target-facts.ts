import { successorsOf } from '@lading/content'
import type { Digest } from '@lading/digest'
import { isArtifact, type Descriptor } from '@lading/manifest'
import { broughtImages } from './brought-images.ts'
import { chooseFrom } from './choose-image.ts'
import type { Parts } from './parts.ts'
import { missingBlobs } from './present.ts'
import { describeImage, type ImageFacts } from './summarize.ts'
import { readTree, type StoredImage } from './tree.ts'

/** What a list shows of a target. */
export interface TargetFacts {
  /** Absent: an artifact, which no list of images shows. */
  readonly image?: ImageFacts | undefined
  depends(): Dependence
  /** `false`: it holds this time, whatever it depends on. */
  readonly isLasting: boolean
}

/** What it depends on besides the target's digest. */
export interface Dependence {
  /** What was here. While it is, and nothing of `absent` is, a second look would find the same. */
  readonly here: readonly Digest[]
  /** What the target names and was not here, as far as its documents tell. */
  readonly absent: readonly Digest[]
}

/** Reads it from the documents. @throws what `chooseImage` and reading a config throw */
export async function targetFacts(
  { contents, images, platform }: Pick<Parts, 'contents' | 'images' | 'platform'>,
  target: Descriptor,
): Promise<TargetFacts> {
  const tree = await readTree(contents, target)
  const here = new Set<Digest>(tree.indexes.map(({ descriptor }) => descriptor.digest))
  const absent = new Set<Digest>(tree.absent.map(({ digest }) => digest))
  const present: StoredImage[] = []
  for (const image of tree.images) {
    const missing = await missingBlobs(contents, image.manifest)
    for (const { digest } of missing) absent.add(digest)
    here.add(image.descriptor.digest)
    if (missing.length > 0) continue
    present.push(image)
    for (const { digest } of successorsOf(image.manifest)) here.add(digest)
  }
  const brought = await broughtImages({ images }, { tree, present })
  const chosen = await chooseFrom({ contents, platform }, { tree, present: brought.images })
  const depends = (): Dependence => ({ here: [...here], absent: [...absent] })
  const { isLasting } = brought
  if (isArtifact(chosen.manifest)) return { depends, isLasting }
  const { config: _, ...image } = await describeImage({ contents }, chosen)
  return { image, depends, isLasting }
}
