import type { AbortOptions } from '@lading/clock'
import type { Source } from '@lading/content'
import { keyOf } from './byte-text.ts'
import type { ImageLayer } from './choose-image.ts'
import { imageFile, type ImageFile } from './image-file.ts'
import type { LayerFile } from './layer-file.ts'
import { createLayerTree, descend, isDirectory, isPresent, linkToNothing, type LayerNode } from './layer-tree.ts'
import { readLayer, type LayerEntry, type LayerLimits } from './read-layer.ts'
import { bodyOf } from './whole-layer.ts'

export interface ScannedFile extends ImageFile {
  /**
   * Content of a file, to be read before the next one is requested; `undefined` for everything else, and for a further name of a file that was
   * reported before, with the same `inode`.
   */
  readonly body: AsyncIterable<Uint8Array> | undefined
  /** It was reported before, but a later entry of the same layer replaced it, or a directory above it. */
  readonly isGone?: true | undefined
}

interface ScanOptions extends AbortOptions {
  readonly limits?: LayerLimits | undefined
}

type Path = readonly string[]

/** A name that is a hard link to what some layer below `layer` has. */
interface PendingLink {
  readonly layer: number
  readonly name: Path
  readonly target: Path
}

/**
 * All files of an image except directories, each with its body, in one pass from the top. A name that a layer has twice is reported twice, and
 * the later one counts. A layer is read a second time only if a hidden file has another name in it that is not hidden.
 */
export async function* scanLayers(
  source: Pick<Source, 'open'>,
  layers: readonly ImageLayer[],
  { limits, signal }: ScanOptions,
): AsyncGenerator<ScannedFile, void, undefined> {
  const upper: LayerNode[] = []
  let pending: readonly PendingLink[] = []

  const isSeen = (path: Path, file: LayerFile | undefined, above: readonly LayerNode[] = upper): boolean =>
    above.every((root) => {
      const { node, hidden } = descend(root, path)
      return !hidden && (node === undefined || !isPresent(node) || (isDirectory(node) && file?.type === 'directory'))
    })

  for (const { index: layer, descriptor, diffId } of layers.toReversed()) {
    const read = (): AsyncIterable<LayerEntry> => readLayer(source, descriptor, { diffId, limits, signal })
    const tree = createLayerTree(layer)
    const given = new Map<string, LayerFile>()
    const ordinals = new Set<number>()
    const matched = new Set<string>()
    const rescued = new Map<
      number,
      { readonly file: LayerFile; names: { readonly name: Path; readonly via: Path }[] }
    >()
    const carried: (PendingLink & { readonly via: Path })[] = []
    /** For each path of this layer, the names in upper layers that are links to it. */
    const linked = new Map<string, Path[]>()
    for (const link of pending) {
      const between = upper.slice(layers.length - link.layer)
      if (!isSeen(link.target, undefined, between)) throw linkToNothing(link.name, link.target)
      const key = link.target.join('/')
      linked.set(key, [...(linked.get(key) ?? []), link.name])
    }

    for await (const entry of read()) {
      const path = entry.layerName.components.map(keyOf)
      const file = tree.add(entry)
      if (entry.layerName.kind !== 'entry' || file?.type === 'directory') continue
      const names = [...(isSeen(path, file) ? [path] : []), ...(linked.get(path.join('/')) ?? [])]
      matched.add(path.join('/'))
      if (file !== undefined) {
        for (const name of names) given.set(name.join('/'), file)
        if (names.length > 0) ordinals.add(file.ordinal)
        yield* scanned(file, names, entry)
        continue
      }
      const { node } = descend(tree.root, path)
      const of = node?.file
      for (const name of names) {
        if (of === undefined) carried.push({ layer, name, target: node?.link ?? [], via: path })
        else if (ordinals.has(of.ordinal)) {
          given.set(name.join('/'), of)
          yield { ...imageFile({ path: name, file: of }), body: undefined }
        } else if (rescued.has(of.ordinal)) rescued.get(of.ordinal)?.names.push({ name, via: path })
        else rescued.set(of.ordinal, { file: of, names: [{ name, via: path }] })
      }
    }

    if (rescued.size > 0) {
      let ordinal = -1
      for await (const entry of read()) {
        const found = rescued.get(++ordinal)
        if (found === undefined) continue
        const names = found.names.filter(({ via }) => descend(tree.root, via).node?.file === found.file)
        yield* scanned(
          found.file,
          names.map(({ name }) => name),
          entry,
        )
      }
    }
    for (const [key, file] of given) {
      const path = key.split('/')
      const { node } = descend(tree.root, path)
      const isThere = node !== undefined && isPresent(node) && !isDirectory(node)
      if (isSeen(path, undefined) && !isThere) yield { ...imageFile({ path, file }), body: undefined, isGone: true }
    }
    const left = pending.filter(({ target }) => !matched.has(target.join('/')))
    pending = [...left, ...carried.filter(({ via, target }) => descend(tree.root, via).node?.link === target)]
    upper.push(tree.root)
  }
  const [nothing] = pending
  if (nothing !== undefined) throw linkToNothing(nothing.name, nothing.target)
}

function* scanned(file: LayerFile, names: readonly Path[], entry: LayerEntry): Generator<ScannedFile, void, undefined> {
  for (const [index, path] of names.entries()) {
    const body = file.type === 'file' && index === 0 ? bodyOf(entry, file) : undefined
    yield { ...imageFile({ path, file }), body }
  }
}
