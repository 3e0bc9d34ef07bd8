import type { NamedTarget } from '@lading/reference-store'
import type { Parts } from './parts.ts'
import { besideOf, readTree, type Tree } from './tree.ts'

/** What names reach that are about to go. One whose manifest cannot be read must still be removable. */
export async function treesOfDoomed(
  { contents }: Pick<Parts, 'contents'>,
  doomed: readonly NamedTarget[],
): Promise<readonly Tree[]> {
  const trees: Tree[] = []
  for (const { target } of doomed) {
    const tree = await readTree(contents, target, { damagedIsAbsent: true }).catch(() => undefined)
    const reached = new Set([target.digest, ...besideOf(target)])
    trees.push(tree ?? { target, indexes: [], images: [], absent: [target], damaged: [], reached })
  }
  return trees
}
