import type { AbortOptions } from '@lading/clock'
import type { Source } from '@lading/content'
import type { Digest } from '@lading/digest'
import type { Descriptor } from '@lading/manifest'
import { keyOf } from './byte-text.ts'
import { createKeptBodies } from './kept-bodies.ts'
import type { LayerContent } from './layer-content.ts'
import type { LayerFile } from './layer-file.ts'
import { createLayerTree, type LayerNode } from './layer-tree.ts'
import { readLayer, type LayerEntry, type LayerLimits } from './read-layer.ts'
import { wantedPaths } from './wanted-paths.ts'
import { withHoles } from './with-holes.ts'

export interface WholeLayerOptions {
  readonly layer: number
  readonly diffId: Digest
  readonly limits?: LayerLimits | undefined
  /** Limit for bodies that are kept because a caller waits for them, in bytes. */
  readonly keepBytes: number
  /** Directory for larger bodies that a caller waits for. Default: they are read again. */
  readonly spoolDirectory?: string | undefined
}

/** A layer that is read from beginning to end: once for its tree, and again for bodies that were not requested by then. */
export function wholeLayer(
  source: Pick<Source, 'open' | 'verified'>,
  descriptor: Descriptor,
  { layer, diffId, limits, keepBytes, spoolDirectory }: WholeLayerOptions,
): LayerContent {
  const kept = createKeptBodies(keepBytes, spoolDirectory)

  const entries = ({ signal }: AbortOptions): AsyncGenerator<LayerEntry, void, undefined> =>
    readLayer(source, descriptor, { diffId, limits, signal })

  return {
    async tree({ signal, wanted = [] } = {}): Promise<LayerNode> {
      const tree = createLayerTree(layer)
      const waited = wantedPaths(wanted)
      await kept.clear()
      try {
        for await (const entry of entries({ signal })) {
          const file = tree.add(entry)
          if (file === undefined || (file.type !== 'file' && file.type !== 'symlink')) continue
          const path = keyOf(entry.layerName.path)
          if (file.linkName !== undefined) waited.follow(path, file.linkName)
          else if (waited.has(path)) await kept.keep({ ...file, path }, bodyOf(entry, file))
        }
      } catch (error) {
        await kept.clear()
        throw error
      }
      return tree.root
    },
    async *bodies(files, { signal } = {}) {
      const wanted = new Map(files.map((file) => [file.ordinal, file]))
      let ordinal = -1
      for await (const entry of entries({ signal })) {
        const file = wanted.get(++ordinal)
        if (file !== undefined) yield { file, body: bodyOf(entry, file) }
      }
    },
    async *body(file, { signal } = {}) {
      const here = kept.take(file.ordinal, { signal })
      if (here !== undefined) {
        yield* here
        return
      }
      let ordinal = -1
      for await (const entry of entries({ signal })) {
        if (++ordinal !== file.ordinal) continue
        yield* bodyOf(entry, file)
        if (source.verified === true) return
      }
    },
  }
}

/** An entry's body, with its holes. */
export const bodyOf = ({ body }: LayerEntry, { sparse }: LayerFile): AsyncIterable<Uint8Array> =>
  sparse === undefined ? body : withHoles(body, sparse)
