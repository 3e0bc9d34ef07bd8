import type { AbortOptions } from '@lading/clock'
import type { Digest } from '@lading/digest'
import { schemas, type Descriptor, type Manifest } from '@lading/manifest'
import { DeliveryError } from './delivery-error.ts'
import type { Document } from './document.ts'
import type { Source } from './source.ts'
import { namesContent, successorsOf } from './successors.ts'

/** One step of a walk. */
export type Visit =
  /** A manifest or an index that is there. */
  | {
      readonly kind: 'document'
      readonly descriptor: Descriptor
      readonly bytes: Uint8Array
      readonly manifest: Manifest
    }
  /** A manifest or an index that is named and not there. */
  | { readonly kind: 'absent'; readonly descriptor: Descriptor }
  /** What names nothing, or was not to be entered. Nobody looked whether it is there. */
  | { readonly kind: 'leaf'; readonly descriptor: Descriptor }

export interface WalkOptions extends AbortOptions {
  /** Default `parents-first`. `children-first`: what is named comes before what names it, the root last. */
  readonly order?: 'parents-first' | 'children-first' | undefined
  /** Which descriptors are read, besides the root. Default: manifests and indexes, by their media type. */
  readonly enter?: ((descriptor: Descriptor) => boolean) | undefined
  /** Whether something that cannot be read or decoded, other than the root, is taken for a leaf. Default: never. */
  readonly forgive?: ((error: unknown, descriptor: Descriptor) => boolean) | undefined
  readonly limits?: WalkLimits | undefined
}

export interface WalkLimits {
  /** Documents inside each other, the root counted. Default 8. */
  readonly depth?: number | undefined
  /** Documents read in all, the root counted. Default 1000. */
  readonly documents?: number | undefined
  /** Digests visited in all. Default 100 000. */
  readonly digests?: number | undefined
}

interface Frame {
  readonly visit: Visit
  readonly children: readonly Descriptor[]
  next: number
}

/**
 * Visits what a document names, directly and through others, each digest once; twice what a manifest names as a blob and an
 * index as a document. Only an index names documents: whatever a manifest calls its layers, they are leaves. A digest cannot be inside itself, so this
 * ends; the limits are against somebody who wants it to take long. What a descriptor carries in `data` is not looked at:
 * see `embeddedDocument`.
 *
 * @throws DeliveryError `GRAPH_TOO_LARGE`; what `source.document` and decoding throw
 */
export async function* walk(
  source: Pick<Source, 'document'>,
  root: Descriptor,
  options: WalkOptions = {},
): AsyncGenerator<Visit, void, undefined> {
  const { order = 'parents-first', enter = namesContent, forgive, signal } = options
  const { depth = 8, documents = 1000, digests = 100_000 } = options.limits ?? {}
  const seen = new Map<Digest, 'leaf' | 'entered'>()
  let documentsRead = 0

  const readDocument = async (descriptor: Descriptor): Promise<Visit> => {
    const document = await source.document(descriptor, { signal })
    return document === undefined ? { kind: 'absent', descriptor } : decoded(descriptor, document)
  }
  const look = async (descriptor: Descriptor): Promise<Visit> => {
    if (path.length === depth || documentsRead === documents)
      throw tooLarge(descriptor, `more than ${depth} deep or ${documents} in all`)
    documentsRead++
    try {
      return await readDocument(descriptor)
    } catch (error) {
      if (descriptor === root || forgive?.(error, descriptor) !== true) throw error
      return { kind: 'leaf', descriptor }
    }
  }

  const path: Frame[] = []
  const arrive = async (descriptor: Descriptor): Promise<Frame | undefined> => {
    const entering = descriptor === root || (namedByIndex(path.at(-1)) && enter(descriptor))
    const before = seen.get(descriptor.digest)
    if (before === 'entered' || (before === 'leaf' && !entering)) return undefined
    if (seen.size === digests) throw tooLarge(descriptor, `they name more than ${digests} digests`)
    seen.set(descriptor.digest, entering ? 'entered' : 'leaf')
    signal?.throwIfAborted()
    const visit: Visit = entering ? await look(descriptor) : { kind: 'leaf', descriptor }
    return { visit, children: visit.kind === 'document' ? successorsOf(visit.manifest) : [], next: 0 }
  }

  for (let arrived = await arrive(root); ;) {
    if (arrived !== undefined) {
      if (order === 'parents-first') yield arrived.visit
      path.push(arrived)
    }
    const top = path.at(-1)
    if (top === undefined) return
    const child = top.children[top.next++]
    if (child !== undefined) {
      arrived = await arrive(child)
      continue
    }
    path.pop()
    arrived = undefined
    if (order === 'children-first') yield top.visit
  }
}

const namedByIndex = (above: Frame | undefined): boolean =>
  above?.visit.kind === 'document' && above.visit.manifest.kind === 'index'

function decoded(descriptor: Descriptor, { bytes }: Document): Visit {
  return { kind: 'document', descriptor, bytes, manifest: schemas.unmarshal(descriptor.mediaType, bytes) }
}

function tooLarge({ digest }: Descriptor, what: string): DeliveryError {
  return new DeliveryError('GRAPH_TOO_LARGE', `indexes in indexes: ${what}`, {
    digest,
    hint: 'no honest image is built like this; take one of its manifests by digest',
  })
}
