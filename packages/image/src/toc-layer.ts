import type { AbortOptions } from '@lading/clock'
import { decompress } from '@lading/compression'
import type { Source } from '@lading/content'
import { algorithmOf } from '@lading/digest'
import { createHasher } from '@lading/digest/hash'
import type { Descriptor } from '@lading/manifest'
import { keyOf } from './byte-text.ts'
import type { LayerContent } from './layer-content.ts'
import type { LayerFile } from './layer-file.ts'
import { createLayerTree, descend, type LayerNode } from './layer-tree.ts'
import type { LayerLimits } from './read-layer.ts'
import { isMisfit, misfit } from './misfit.ts'
import { readRange } from './read-range.ts'
import { readToc, type Toc } from './read-toc.ts'
import type { TocEntry } from './toc-entries.ts'
import { collect } from './kept-bodies.ts'

export interface TocLayerOptions {
  readonly layer: number
  readonly limits?: LayerLimits | undefined
  /** Used if the table does not match. */
  readonly whole: LayerContent
  /** A body of at most this size, in bytes, is verified before its first byte is returned. */
  readonly keepBytes: number
}

/** For more files the whole layer is read: a request for each would take longer. */
const mostRequests = 16

interface Piece {
  readonly path: readonly string[]
  readonly entry: TocEntry | undefined
  /** Where the compressed bytes end. */
  readonly end: number
}

/**
 * A layer with a table of contents: the table and single files are downloaded, and each is verified against its digest.
 * If something does not match, the whole layer is read, and verified against its own digest.
 */
export function tocLayer(
  source: Pick<Source, 'send'>,
  descriptor: Descriptor,
  { layer, limits, whole, keepBytes }: TocLayerOptions,
): LayerContent {
  const pieces = new Map<LayerFile, Piece>()
  let own: { readonly file: LayerFile; readonly body: Uint8Array } | undefined

  function build({ entries, start, own: table }: Toc): LayerNode {
    pieces.clear()
    const tree = createLayerTree(layer)
    const starts = [...new Set(entries.flatMap((entry) => entry.start ?? [])), start].toSorted((a, b) => a - b)
    const next = new Map(starts.map((from, index) => [from, starts[index + 1] ?? start]))
    for (const entry of entries) {
      const file = tree.add(entry)
      if (file?.type !== 'file') continue
      // Chunks of one file begin where the table says nothing of: of those the next file's beginning is the end.
      const end = entry.end ?? next.get(entry.start ?? -1) ?? start
      pieces.set(file, { path: entry.layerName.components.map(keyOf), entry, end })
    }
    const file = table === undefined ? undefined : tree.add(table.entry)
    own = file === undefined || table === undefined ? undefined : { file, body: table.body }
    return tree.root
  }

  async function* verified(
    { entry, end }: Piece,
    { signal }: AbortOptions,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const rest = entry?.chunks.values()
    let chunk = rest?.next().value
    if (entry?.start === undefined || rest === undefined || chunk === undefined) return
    if (entry.start >= end || end > descriptor.size) throw misfit('a file is outside the layer')
    const compressed = readRange(source, descriptor, { start: entry.start, end }, { signal })
    let left = chunk.size
    let hasher = createHasher(algorithmOf(chunk.digest))
    let { skip } = entry
    for await (const output of decompress(compressed, { signal, maxOutput: skip + entry.size + keepBytes })) {
      for (let at = Math.min(skip, output.length); at < output.length && chunk !== undefined;) {
        const part = output.subarray(at, at + left)
        hasher.update(part)
        yield part
        at += part.length
        left -= part.length
        if (left > 0) continue
        if (hasher.digest() !== chunk.digest) throw misfit('a file has another digest')
        chunk = rest.next().value
        left = chunk?.size ?? 0
        if (chunk !== undefined) hasher = createHasher(algorithmOf(chunk.digest))
      }
      skip = Math.max(0, skip - output.length)
      if (chunk === undefined) return
    }
    throw misfit('a file is shorter than its entry says')
  }

  /** The same files, from the whole layer. */
  async function inWhole(
    files: readonly LayerFile[],
    { signal }: AbortOptions,
  ): Promise<ReadonlyMap<LayerFile, LayerFile>> {
    const root = await whole.tree({ signal })
    const found = new Map<LayerFile, LayerFile>()
    for (const file of files) {
      const path = pieces.get(file)?.path ?? ['stargz.index.json']
      const same = descend(root, path).node?.file
      if (same?.type !== 'file') throw misfit(`the layer has no /${path.join('/')}`)
      found.set(same, file)
    }
    return found
  }

  async function* body(file: LayerFile, { signal }: AbortOptions = {}): AsyncGenerator<Uint8Array, void, undefined> {
    const piece = pieces.get(file)
    if (file === own?.file) yield own.body.slice()
    else if (piece === undefined) yield* whole.body(file, { signal })
    else if (file.size > keepBytes) yield* verified(piece, { signal })
    else {
      const bytes = await collect(verified(piece, { signal }), file.size).catch(unlessMisfit)
      if (bytes !== undefined) yield bytes
      else for (const same of (await inWhole([file], { signal })).keys()) yield* whole.body(same, { signal })
    }
  }

  return {
    body,
    async tree(options = {}) {
      const toc = await readToc(source, descriptor, { signal: options.signal, limits }).then(build).catch(unlessMisfit)
      if (toc !== undefined) return toc
      pieces.clear()
      own = undefined
      return whole.tree(options)
    },
    async *bodies(files, options = {}) {
      if (pieces.size === 0) yield* whole.bodies(files, options)
      else if (files.length <= mostRequests) {
        const inOrder = files.toSorted((a, b) => a.ordinal - b.ordinal)
        for (const file of inOrder) yield { file, body: body(file, options) }
      } else {
        const known = await inWhole(files, options)
        for await (const each of whole.bodies([...known.keys()], options))
          yield { file: known.get(each.file) ?? each.file, body: each.body }
      }
    },
  }
}

function unlessMisfit(error: unknown): undefined {
  if (!isMisfit(error)) throw error
}
