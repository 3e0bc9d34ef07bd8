import type { AbortOptions } from '@lading/clock'
import type { Delivery, Source, TargetTraits } from '@lading/content'
import { isForeignLayerType, type Descriptor } from '@lading/manifest'
import type { CopyOptions } from './copy-options.ts'
import { blobsOf } from './graph.ts'
import { select } from './select.ts'

/** What a copy would do, as far as can be known without doing it. */
export interface CopyPlan {
  readonly target: Descriptor
  /** `target` is an index that would be made. */
  readonly made: boolean
  /** Manifests and indexes, which are written unless the target has them. */
  readonly documents: number
  readonly send: Amount
  /** The target may take these from elsewhere; where it does not, they are sent. */
  readonly mount: Amount
  readonly here: Amount
  /** Layers that are not to be distributed. */
  readonly skip: Amount
  /** Requests to a target that is a registry, to open and end uploads, to mount, and to put documents. */
  readonly requests: number
}

/** What a plan needs of a target: every target will do. */
export interface AskedTarget {
  readonly traits: Pick<TargetTraits, 'partialIndex' | 'foreignOptional'>
  begin(options?: AbortOptions): Promise<Pick<Delivery, 'has' | 'abort'>>
}

interface Amount {
  readonly blobs: number
  /** Of the blobs, together. */
  readonly bytes: number
}

/**
 * What `copy` with the same arguments would do. Asks the target what it has, and changes nothing.
 *
 * @throws as `copy` before it sends anything
 */
export async function planCopy(
  source: Source,
  target: AskedTarget,
  what: string | Descriptor,
  options: Pick<
    CopyOptions,
    'platforms' | 'onlyPresent' | 'preserveDigests' | 'includeForeign' | 'mount' | 'signal'
  > = {},
): Promise<CopyPlan> {
  const { signal, mount, includeForeign = false } = options
  const root = typeof what === 'string' ? await source.resolve(what, { signal }) : what
  const { partialIndex, foreignOptional = false } = target.traits
  const selection = await select(source, root, { ...options, partialIndex, signal })
  const groups = {
    send: [] as Descriptor[],
    mount: [] as Descriptor[],
    here: [] as Descriptor[],
    skip: [] as Descriptor[],
  }
  const delivery = await target.begin({ signal })
  try {
    for (const blob of blobsOf(selection)) {
      const isLeft = foreignOptional && !includeForeign && isForeignLayerType(blob.mediaType)
      if (isLeft) groups.skip.push(blob)
      else if (await delivery.has(blob, { signal })) groups.here.push(blob)
      else if (((await mount?.(blob)) ?? []).length > 0) groups.mount.push(blob)
      else groups.send.push(blob)
    }
  } finally {
    await delivery.abort()
  }
  const documents = selection.documents.length
  return {
    target: selection.target,
    made: selection.made,
    documents,
    send: amountOf(groups.send),
    mount: amountOf(groups.mount),
    here: amountOf(groups.here),
    skip: amountOf(groups.skip),
    requests: 2 * groups.send.length + groups.mount.length + documents,
  }
}

const amountOf = (blobs: readonly Descriptor[]): Amount => ({
  blobs: blobs.length,
  bytes: blobs.reduce((sum, { size }) => sum + size, 0),
})
