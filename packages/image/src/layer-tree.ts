import { keyOf, shown } from './byte-text.ts'
import { ImageError } from './image-error.ts'
import { layerFile, type LayerFile } from './layer-file.ts'
import { cleanName } from './layer-name.ts'
import type { TreeEntry } from './tree-entry.ts'

/** What one layer has for one path. */
export interface LayerNode {
  children?: Map<string, LayerNode> | undefined
  file?: LayerFile | undefined
  /** A hard link to what lower layers have there. */
  link?: readonly string[] | undefined
  /** A directory without an entry: something is below it. */
  implied?: true | undefined
  /** What lower layers have here is hidden, with everything below it. */
  hides?: true | undefined
  /** What lower layers have below here is hidden. */
  opaque?: true | undefined
}

/** Whether the layer has something here. A node without it only hides, or has nodes below that do. */
export const isPresent = (node: LayerNode): boolean =>
  node.file !== undefined || node.link !== undefined || node.implied === true

export const isDirectory = (node: LayerNode): boolean => node.implied === true || node.file?.type === 'directory'

export interface Descent {
  readonly node: LayerNode | undefined
  /** Whether everything that lower layers have at the path is hidden. */
  readonly hidden: boolean
}

/** What a layer has for a path. */
export function descend(root: LayerNode, path: readonly string[]): Descent {
  let node = root
  let hidden = false
  for (const key of path) {
    if (isPresent(node) && !isDirectory(node)) return { node: undefined, hidden: true }
    hidden ||= node.opaque === true
    const child = node.children?.get(key)
    if (child === undefined) return { node: undefined, hidden }
    node = child
    hidden ||= node.hides === true
  }
  return { node, hidden }
}

/** One layer as a tree of its own: implied parents are directories of it, whatever lower layers have there, as with overlay file systems. */
export interface LayerTree {
  readonly root: LayerNode
  /**
   * @returns the file that the entry made; `undefined` for whiteouts and hard links
   * @throws ImageError `LAYER_INVALID`, `LAYER_NAME_INVALID`
   */
  add(entry: TreeEntry): LayerFile | undefined
}

export function createLayerTree(layer: number): LayerTree {
  const root: LayerNode = { implied: true }
  const metadata = new Map<string, LayerFile>()
  let ordinal = -1

  function add(entry: TreeEntry): LayerFile | undefined {
    ordinal++
    const { kind, components } = entry.layerName
    const path = components.map(keyOf)
    if (kind === 'whiteout') return void (at(path).hides = true)
    if (kind === 'opaque') return void (at(path).opaque = true)
    if (kind === 'metadata') {
      if (entry.type === 'file') metadata.set(path.join('/'), fileOf(entry))
      return undefined
    }
    if (entry.type === 'link') {
      addLink(path, linkTarget(entry))
      return undefined
    }
    const file = fileOf(entry)
    if (file.type === 'directory') addDirectory(path, file)
    else replace(parentOf(path), path, { file })
    return file
  }

  const fileOf = (entry: TreeEntry): LayerFile => {
    if (entry.type === 'link') throw new TypeError('a link is not a file of its own')
    return layerFile({ ...entry, type: entry.type }, layer, ordinal)
  }

  /** The node of a path, created empty if there is none. */
  function at(path: readonly string[]): LayerNode {
    let node = root
    for (const key of path) node = childOf(node, key)
    return node
  }

  /** The directory that a path is in, with those above it. */
  function parentOf(path: readonly string[]): LayerNode {
    let node = root
    for (const [index, key] of path.slice(0, -1).entries()) {
      node = childOf(node, key)
      if (isPresent(node) && !isDirectory(node))
        throw invalid(path, `is below ${shown(path.slice(0, index + 1))}, which is not a directory`)
      if (node.file === undefined) node.implied = true
    }
    return node
  }

  function addDirectory(path: readonly string[], file: LayerFile): void {
    const key = path.at(-1)
    const node = key === undefined ? root : childOf(parentOf(path), key)
    if (isPresent(node) && !isDirectory(node)) node.link = undefined
    node.implied = undefined
    node.file = file
  }

  function replace(parent: LayerNode, path: readonly string[], made: Pick<LayerNode, 'file' | 'link'>): void {
    const key = path.at(-1)
    if (key === undefined) throw invalid(path, 'is the root, but not a directory')
    // If a directory of this name follows in the same layer, it must not show files of lower layers.
    parent.children ??= new Map()
    parent.children.set(key, { ...made, hides: true })
  }

  function addLink(path: readonly string[], target: readonly string[]): void {
    const parent = parentOf(path)
    const ofMetadata = metadata.get(target.join('/'))
    if (ofMetadata !== undefined) return replace(parent, path, { file: ofMetadata })
    // It replaces the directory that contains its target.
    if (target.length > path.length && path.every((key, index) => target[index] === key))
      throw linkToNothing(path, target)
    const { node, hidden } = descend(root, target)
    if (node !== undefined && isPresent(node)) {
      if (isDirectory(node)) throw invalid(path, `is a hard link to the directory ${shown(target)}`)
      if (parent.children?.get(path.at(-1) ?? '') !== node) replace(parent, path, { file: node.file, link: node.link })
    } else if (hidden || layer === 0) throw linkToNothing(path, target)
    else replace(parent, path, { link: target })
  }

  return { root, add }
}

function childOf(node: LayerNode, key: string): LayerNode {
  node.children ??= new Map()
  let child = node.children.get(key)
  if (child === undefined) node.children.set(key, (child = {}))
  return child
}

const linkTarget = ({ linkName }: TreeEntry): readonly string[] =>
  linkName === undefined ? [] : cleanName(linkName).map(keyOf)

export const invalid = (path: readonly string[], why: string): ImageError =>
  new ImageError('LAYER_INVALID', `${shown(path)} ${why}`, {
    path: shown(path),
    hint: 'ordinary tools do not write such a layer: build the image again, or do not trust it',
  })

export const linkToNothing = (path: readonly string[], target: readonly string[]): ImageError =>
  invalid(path, `is a hard link to ${shown(target)}, which does not exist`)
