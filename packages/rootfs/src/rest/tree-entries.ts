import { isDirectory, type DirectoryNode, type NameBytes, type TreeNode } from '../tree/node.ts'

export interface TreeEntry {
  /** From the root; empty for the root itself. */
  readonly path: NameBytes
  readonly node: TreeNode
}

/** The whole tree, with the content of a directory before the directory itself. */
export function* treeEntries(root: DirectoryNode): Generator<TreeEntry, void, undefined> {
  const stack: { readonly path: NameBytes; readonly directory: DirectoryNode; readonly seen: boolean }[] = [
    { path: '', directory: root, seen: false },
  ]
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { path, directory, seen } = top
    if (seen) {
      yield { path, node: directory }
      continue
    }
    stack.push({ path, directory, seen: true })
    for (const [name, node] of directory.children) {
      const below = path === '' ? name : `${path}/${name}`
      if (isDirectory(node)) stack.push({ path: below, directory: node, seen: false })
      else if (typeof node !== 'number') yield { path: below, node }
    }
  }
}
