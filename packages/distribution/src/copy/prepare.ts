import type { Source, TargetTraits } from '@lading/content'
import type { Digest } from '@lading/digest'
import type { Descriptor } from '@lading/manifest'
import { convertSelection, wouldChange } from './convert-selection.ts'
import type { CopyEvent } from './copy-event.ts'
import type { CopyOptions } from './copy-options.ts'
import { madeBefore } from './made-before.ts'
import { formatFor, layersToRecompress, recompressLayers, type LayerToRecompress } from './recompress-layers.ts'
import { select, type Selection } from './select.ts'

type PrepareOptions = Pick<
  CopyOptions,
  'platforms' | 'onlyPresent' | 'preserveDigests' | 'format' | 'compression' | 'names' | 'there' | 'signal'
> & {
  readonly traits: Pick<TargetTraits, 'partialIndex'>
  readonly emit: (event: CopyEvent) => void
}

/** What a copy brings, as the documents tell it. */
export interface Prepared {
  /** In its format; the layers are not in another compression yet. */
  readonly selection: Selection
  readonly layers: readonly LayerToRecompress[]
  /** The same when its layers are at the target as they are wanted. */
  convert(job: Parameters<typeof recompressLayers>[0]): Promise<Converted>
}

interface Converted {
  readonly selection: Selection
  /** What has another digest now. */
  readonly from?: Digest | undefined
  /** Layers that were sent to the target. */
  readonly brought: ReadonlySet<Digest>
}

/**
 * Selects, and converts what can be without a byte of a layer: what cannot be said in a format is an error before anything
 * is sent.
 *
 * @throws as `select`, `convertSelection` and `layersToRecompress`
 */
export async function prepare(source: Source, root: Descriptor, options: PrepareOptions): Promise<Prepared> {
  const { compression, preserveDigests = false, traits, emit, signal } = options
  const format = formatFor(options.format, compression)
  const selected = await select(source, root, { ...options, partialIndex: traits.partialIndex })
  const layers =
    compression === undefined ? [] : await layersToRecompress(source, selected.documents, { compression, signal })
  const [first] = layers
  if (preserveDigests && first !== undefined) throw wouldChange(first.layer.digest)
  if (compression === undefined || layers.length === 0) {
    const selection = format === undefined ? selected : convertSelection(selected, { format, preserveDigests, emit })
    tell(selection)
    return { selection, layers, convert: async () => ({ selection, from: changed(selection), brought: new Set() }) }
  }
  // As if they were there already, so that it is known whether the format has such layers.
  const assumed = new Map(
    layers.map(({ layer }) => [layer.digest, { digest: layer.digest, size: layer.size, compression }]),
  )
  const selection = convertSelection(selected, { format, layers: assumed, emit: () => undefined })
  return {
    selection,
    layers,
    async convert(job) {
      const { names = [], there } = options
      const before =
        there === undefined ? new Map() : await madeBefore(selected.documents, { there, names, signal: job.signal })
      const { replaced, sent } = await recompressLayers(job, layers, { compression, before })
      const now = convertSelection(selected, { format, layers: replaced, emit })
      tell(now)
      return { selection: now, from: changed(now), brought: sent }
    },
  }

  function tell({ target: { digest, mediaType, size } }: Selection): void {
    // What was converted is told by itself.
    emit({ type: 'copy', digest, mediaType, size, made: selected.made })
  }

  function changed({ target }: Selection): Digest | undefined {
    return target.digest === selected.target.digest ? undefined : selected.target.digest
  }
}
