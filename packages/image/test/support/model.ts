import type { TarInput } from '@lading/tar'

/** What a test says of a layer's entry. Paths have no slash at either end. */
export type Op =
  | { readonly kind: 'file'; readonly path: string; readonly text: string }
  | { readonly kind: 'directory'; readonly path: string; readonly mode: number }
  | { readonly kind: 'symlink'; readonly path: string; readonly target: string }
  | { readonly kind: 'link'; readonly path: string; readonly target: string }
  | { readonly kind: 'whiteout'; readonly path: string }
  | { readonly kind: 'opaque'; readonly path: string }

export function tarInput(op: Op): TarInput {
  const { path } = op
  const slash = path.lastIndexOf('/') + 1
  switch (op.kind) {
    case 'file':
      return { name: path, body: Buffer.from(op.text) }
    case 'directory':
      return { name: `${path}/`, type: 'directory', mode: op.mode }
    case 'symlink':
    case 'link':
      return { name: path, type: op.kind, linkName: op.target }
    case 'whiteout':
      return { name: `${path.slice(0, slash)}.wh.${path.slice(slash)}` }
    default:
      return { name: `${path}/.wh..wh..opq` }
  }
}

/** What a path leads to. Names of one file share the object. */
export interface Inode {
  readonly what: string
  readonly layer: number
  readonly isDirectory: boolean
  readonly isImplied: boolean
}

export type Tree = ReadonlyMap<string, Inode>

const inside = (path: string, directory: string): boolean => path.startsWith(`${directory}/`)

/**
 * Layers applied to paths, one entry after the other, as simply as it can be said. Entries that no layer may have are left out, and
 * so are those that a layer says twice.
 *
 * @returns the tree, and the entries that were taken
 */
export function applyLayers(layers: readonly (readonly Op[])[]): {
  readonly tree: Tree
  readonly taken: readonly Op[][]
} {
  let state = new Map<string, Inode>()
  const taken = layers.map((ops, layer) => {
    const lower = new Map(state)
    const own = new Map<string, Inode>()
    const implied: Inode = { what: 'directory 755', layer, isDirectory: true, isImplied: true }
    const remove = (from: Map<string, Inode>, path: string, itself = true): void => {
      for (const key of from.keys()) if ((itself && key === path) || inside(key, path)) from.delete(key)
    }
    const parentsOf = (path: string): readonly string[] =>
      path
        .split('/')
        .slice(0, -1)
        .map((_, index, parts) => parts.slice(0, index + 1).join('/'))
    const makeParents = (path: string): boolean => {
      if (parentsOf(path).some((parent) => own.get(parent)?.isDirectory === false)) return false
      for (const parent of parentsOf(path)) {
        if (lower.get(parent)?.isDirectory === false) remove(lower, parent)
        if (!own.has(parent)) own.set(parent, implied)
      }
      return true
    }
    const put = (path: string, inode: Inode): void => {
      remove(own, path)
      remove(lower, path)
      own.set(path, inode)
    }
    const apply = (op: Op): boolean => {
      const { path } = op
      const common = { layer, isDirectory: false, isImplied: false }
      if (op.kind === 'whiteout') remove(lower, path)
      else if (op.kind === 'opaque') remove(lower, path, false)
      else if (!makeParents(path)) return false
      else if (op.kind === 'file') put(path, { ...common, what: `file ${op.text}` })
      else if (op.kind === 'symlink') put(path, { ...common, what: `symlink ${op.target}` })
      else if (op.kind === 'link') {
        const inode = own.get(op.target) ?? lower.get(op.target)
        // A link over the directory of its target leads to nothing.
        if (inode === undefined || inode.isDirectory || inside(op.target, path)) return false
        if (own.get(path) !== inode) put(path, inode)
      } else {
        if (own.get(path)?.isDirectory === false) own.delete(path)
        if (lower.get(path)?.isDirectory === false) remove(lower, path)
        own.set(path, { ...common, what: `directory ${op.mode.toString(8)}`, isDirectory: true })
      }
      return true
    }
    const applied = ops.filter((op) => {
      const before = [own, lower].map((map) => [...map])
      if (apply(op)) return true
      for (const [index, map] of [own, lower].entries()) {
        map.clear()
        for (const [path, inode] of before[index] ?? []) map.set(path, inode)
      }
      return false
    })
    for (const [path, inode] of own) {
      const under = lower.get(path)
      if (!inode.isImplied || under === undefined || under.isImplied) lower.set(path, inode)
    }
    state = lower
    return applied
  })
  return { tree: state, taken }
}
