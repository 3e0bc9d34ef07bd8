import type { AbortOptions } from '@lading/clock'
import { impliedDirectory, type LayerFile } from './layer-file.ts'
import { descend, invalid, isDirectory, isPresent, linkToNothing, type LayerNode } from './layer-tree.ts'

/** Returns the tree of a layer, which is read on demand. */
export type LoadTree = (layer: number) => Promise<LayerNode>

/** One path of the merged view, and its file. */
export interface Merged {
  /** From the root; keys. */
  readonly path: readonly string[]
  readonly file: LayerFile
}

/** A node, and its layer. */
interface Part {
  readonly layer: number
  readonly node: LayerNode
}

/** The layers as one tree, the upper before the lower (image-spec, layer.md, "Applying Changesets"). */
export interface MergedView {
  /**
   * What is at a path whose parents are not links. Layers are read from the top, down to the first that has it or hides it; for a
   * directory without an entry, down to the layer that has one, unless the directory is only part of a longer path.
   */
  find(path: readonly string[], how?: { readonly isPassed: boolean }): Promise<LayerFile | undefined>
  /** Everything from a directory on, it first, parents before children, in the order of names' bytes. All layers are read. */
  walk(path: readonly string[], options?: AbortOptions): AsyncGenerator<Merged, void, undefined>
  /** The names in a directory, in the order of their bytes; `undefined` if there is no directory. */
  list(path: readonly string[]): Promise<readonly string[] | undefined>
}

export function mergedView(count: number, load: LoadTree): MergedView {
  async function findBelow(top: number, path: readonly string[], isPassed = false): Promise<LayerFile | undefined> {
    let implied: number | undefined
    for (let layer = top; layer >= 0; layer--) {
      const { node, hidden } = descend(await load(layer), path)
      if (node !== undefined && isPresent(node)) {
        if (!isDirectory(node)) return implied === undefined ? fileOf({ layer, node }, path) : impliedDirectory(implied)
        if (node.file !== undefined) return node.file
        implied ??= layer
      }
      if (hidden || (isPassed && implied !== undefined)) break
    }
    return implied === undefined && path.length > 0 ? undefined : impliedDirectory(implied ?? 0)
  }

  async function fileOf({ layer, node }: Part, path: readonly string[]): Promise<LayerFile> {
    if (node.file !== undefined) return node.file
    const target = node.link ?? []
    const file = await findBelow(layer - 1, target)
    if (file === undefined) throw linkToNothing(path, target)
    if (file.type === 'directory') throw invalid(path, 'is a hard link to a directory')
    return file
  }

  /** The nodes that form a directory, from the top. */
  async function partsOf(path: readonly string[]): Promise<readonly Part[]> {
    const parts: Part[] = []
    for (let layer = count - 1; layer >= 0; layer--) {
      const { node, hidden } = descend(await load(layer), path)
      if (node !== undefined && isPresent(node) && !isDirectory(node)) break
      if (node !== undefined) parts.push({ layer, node })
      if (hidden) break
    }
    return parts
  }

  async function* children(
    parts: readonly Part[],
    parents: readonly string[],
    { signal }: AbortOptions,
  ): AsyncGenerator<Merged, void, undefined> {
    for (const [key, inside] of merge(parts)) {
      signal?.throwIfAborted()
      const path = [...parents, key]
      const first = inside.find(({ node }) => isPresent(node))
      if (first === undefined) continue
      if (!isDirectory(first.node)) {
        yield { path, file: await fileOf(first, path) }
        continue
      }
      const described = inside.find(({ node }) => node.file !== undefined)
      yield { path, file: described?.node.file ?? impliedDirectory(first.layer) }
      yield* children(inside, path, { signal })
    }
  }

  return {
    find: (path, how) => findBelow(count - 1, path, how?.isPassed),
    async *walk(path, { signal } = {}) {
      const file = await findBelow(count - 1, path)
      if (file === undefined) return
      yield { path, file }
      if (file.type === 'directory') yield* children(await partsOf(path), path, { signal })
    },
    async list(path) {
      const parts = await partsOf(path)
      if (path.length > 0 && !parts.some(({ node }) => isPresent(node))) return undefined
      return [...merge(parts).keys()]
    },
  }
}

/** The children of a directory by name, sorted: for each the nodes that form it, of which the first has a file. */
function merge(parts: readonly Part[]): ReadonlyMap<string, readonly Part[]> {
  const children = new Map<string, { parts: Part[]; closed: boolean }>()
  for (const { layer, node } of parts) {
    for (const [key, child] of node.children ?? []) {
      const known = children.get(key)
      const entry = known ?? { parts: [], closed: false }
      if (known === undefined) children.set(key, entry)
      if (entry.closed) continue
      const isOther = isPresent(child) && !isDirectory(child)
      // Only a directory is formed of several nodes.
      if (!isOther || !entry.parts.some(({ node: upper }) => isPresent(upper))) entry.parts.push({ layer, node: child })
      entry.closed = isOther || child.hides === true
    }
    if (node.opaque === true) break
  }
  const merged = new Map<string, readonly Part[]>()
  for (const key of [...children.keys()].toSorted(compareKeys)) {
    const inside = children.get(key)?.parts ?? []
    const first = inside.find(({ node }) => isPresent(node))
    if (first !== undefined) merged.set(key, isDirectory(first.node) ? inside : [first])
  }
  return merged
}

const compareKeys = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
