import { successorsOf } from '@lading/content'
import type { ContentStore } from '@lading/content-store'
import type { Digest } from '@lading/digest'
import type { Descriptor } from '@lading/manifest'
import { mentionsOf } from './mentions.ts'
import { readTree, type Tree } from './tree.ts'
import { isReadFailure } from './unusable.ts'

export interface ReachedByOthers {
  readonly digests: ReadonlySet<Digest>
  /** False when a document of theirs is damaged, so that nobody knows what it names. */
  readonly isWhole: boolean
}

/** What the entries of others reach. There may be hundreds of thousands, of which few lead to anything that is here. */
export async function reachedByOthers(
  contents: ContentStore,
  targets: readonly Descriptor[],
): Promise<ReachedByOthers> {
  const strange: Digest[] = []
  const reached = new Set<Digest>(targets.map(({ digest }) => digest))
  // A document may be an index to one entry and a manifest to another.
  const once = new Map(targets.map((target) => [`${target.digest} ${target.mediaType}`, target]))
  const here = once.size > fewEntries ? await digestsHere(contents) : undefined
  for (const target of once.values()) {
    if (here?.has(target.digest) === false) continue
    try {
      const tree = await readTree(contents, target)
      for (const digest of tree.reached) reached.add(digest)
      strange.push(...strangeIn(tree))
    } catch (error) {
      // What could not be read this time may name what is about to be collected.
      if (isReadFailure(error)) throw error
      strange.push(target.digest)
    }
  }
  const mentioned = await mentionsOf(contents, strange)
  return { digests: new Set([...reached, ...(mentioned ?? [])]), isWhole: mentioned !== undefined }
}

/** What is neither an index or image manifest nor named by an image manifest. */
function strangeIn({ reached, indexes, images }: Tree): readonly Digest[] {
  const known = new Set<Digest>(indexes.map(({ descriptor }) => descriptor.digest))
  for (const { descriptor, manifest } of images)
    for (const { digest } of [descriptor, ...successorsOf(manifest)]) known.add(digest)
  return [...reached].filter((digest) => !known.has(digest))
}

/** For so many a look for each costs less than a listing of what is here. */
const fewEntries = 100

async function digestsHere(contents: ContentStore): Promise<ReadonlySet<Digest>> {
  const here = new Set<Digest>()
  for await (const { digest } of contents.list()) here.add(digest)
  return here
}
