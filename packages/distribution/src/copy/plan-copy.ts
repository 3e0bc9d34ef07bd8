import type { AbortOptions } from '@lading/clock'
import type { Delivery, Source, TargetTraits } from '@lading/content'
import type { Digest } from '@lading/digest'
import { isForeignLayerType, type Descriptor } from '@lading/manifest'
import type { CopyOptions } from './copy-options.ts'
import { blobsOf } from './graph.ts'
import { prepare } from './prepare.ts'

/** What a copy would do, as far as can be known without doing it. */
export interface CopyPlan {
  readonly target: Descriptor
  /** `target` would be made. Where layers are compressed anew its digest is known when they are, and this one is not it. */
  readonly made: boolean
  /** Manifests and indexes, which are written unless the target has them. */
  readonly documents: number
  /** Their digests, as far as they are known before layers are compressed. */
  readonly digests: readonly Digest[]
  /** Layers that would be compressed anew, and sent whatever the target has; `bytes` is what they have before. */
  readonly compress: Amount
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
    'platforms' | 'onlyPresent' | 'preserveDigests' | 'format' | 'compression' | 'includeForeign' | 'mount' | 'signal'
  > = {},
): Promise<CopyPlan> {
  const { signal, mount, includeForeign = false } = options
  const root = typeof what === 'string' ? await source.resolve(what, { signal }) : what
  const { foreignOptional = false } = target.traits
  const nothing = (): void => undefined
  const { selection, layers } = await prepare(source, root, { ...options, traits: target.traits, emit: nothing })
  const compressed = new Map(layers.map(({ layer }) => [layer.digest, layer]))
  const groups = {
    compress: [...compressed.values()],
    send: [] as Descriptor[],
    mount: [] as Descriptor[],
    here: [] as Descriptor[],
    skip: [] as Descriptor[],
  }
  const delivery = await target.begin({ signal })
  try {
    for (const blob of blobsOf(selection)) {
      if (compressed.has(blob.digest)) continue
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
    digests: selection.documents.map(({ descriptor }) => descriptor.digest),
    compress: amountOf(groups.compress),
    send: amountOf(groups.send),
    mount: amountOf(groups.mount),
    here: amountOf(groups.here),
    skip: amountOf(groups.skip),
    requests: 2 * (groups.compress.length + groups.send.length) + groups.mount.length + documents,
  }
}

const amountOf = (blobs: readonly Descriptor[]): Amount => ({
  blobs: blobs.length,
  bytes: blobs.reduce((sum, { size }) => sum + size, 0),
})
