import type { Digest } from '@lading/digest'
import { isIndexType, type Descriptor } from '@lading/manifest'
import type { NamedTarget } from '@lading/reference-store'
import type { Parts } from '../parts.ts'
import { missingBlobs } from '../present.ts'
import { readTree, type Tree } from '../tree.ts'

export interface CheckedName {
  readonly named: NamedTarget
  readonly tree: Tree
  /** What keeps the law from being kept; none where it is kept. */
  readonly missing: readonly Digest[]
}

/** Holds names to the law of the store: as far as files and their sizes tell. */
export async function checkNames(
  { contents }: Pick<Parts, 'contents'>,
  names: readonly NamedTarget[],
): Promise<readonly CheckedName[]> {
  const trees = new Map<Digest, { readonly tree: Tree; readonly missing: readonly Digest[] }>()
  const checked: CheckedName[] = []
  for (const named of names) {
    const { digest } = named.target
    let known = trees.get(digest)
    if (known === undefined) {
      // It may be whole: that it cannot be read is told of the blob.
      const unreadable = new Set<Digest>()
      const onUnreadable = (descriptor: Descriptor): void => void unreadable.add(descriptor.digest)
      const tree = await readTree(contents, named.target, { damagedIsAbsent: true, onUnreadable })
      const missing = (await missingOf({ contents }, tree)).filter((blob) => !unreadable.has(blob))
      known = { tree, missing }
      trees.set(digest, known)
    }
    checked.push({ named, ...known })
  }
  return checked
}

async function missingOf({ contents }: Pick<Parts, 'contents'>, tree: Tree): Promise<readonly Digest[]> {
  const needed = tree.absent.filter(({ digest, mediaType }) => digest === tree.target.digest || isIndexType(mediaType))
  const blobs: Digest[] = []
  let whole = 0
  for (const { manifest } of tree.images) {
    const missing = await missingBlobs(contents, manifest)
    if (missing.length === 0) whole += 1
    blobs.push(...missing.map(({ digest }) => digest))
  }
  // Of an index one image is enough; another one that was never fetched is no damage.
  const lacking = whole > 0 ? [] : blobs.length > 0 ? blobs : tree.absent.map(({ digest }) => digest)
  return [...new Set([...needed.map(({ digest }) => digest), ...lacking])]
}
