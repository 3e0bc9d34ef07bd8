import type { AbortOptions } from '@lading/clock'
import { successorsOf, walk, type Document, type Source } from '@lading/content'
import type { Digest } from '@lading/digest'
import { isIndexType, isSchema1Type, type Descriptor } from '@lading/manifest'
import type { ReadDocument } from '../read-document.ts'
import { CopyError } from './copy-error.ts'

/** A document and everything below it, as far as the source has it. */
export interface Graph {
  readonly target: Descriptor
  /** What is named before what names it, the target last. */
  readonly documents: readonly ReadDocument[]
  /** Manifests and indexes that are named and not there. */
  readonly absent: readonly Descriptor[]
}

/** Documents of a source, each read once, and some that were made. */
export interface Documents {
  readonly source: Pick<Source, 'document'>
  add(document: Document): void
}

export function readOnceEach(source: Pick<Source, 'document'>): Documents {
  const known = new Map<Digest, Promise<Document | undefined>>()
  return {
    source: {
      document(descriptor, options) {
        const before = known.get(descriptor.digest)
        if (before !== undefined) return before
        const reading = source.document(descriptor, options)
        known.set(descriptor.digest, reading)
        return reading
      },
    },
    add: (document) => void known.set(document.descriptor.digest, Promise.resolve(document)),
  }
}

/**
 * @param options.indexesOnly enters indexes alone: manifests are neither read nor missed
 * @throws CopyError `SCHEMA1_NOT_COPIED`; DeliveryError `GRAPH_TOO_LARGE`; what reading and decoding throw
 */
export async function readGraph(
  { source }: Pick<Documents, 'source'>,
  target: Descriptor,
  { indexesOnly = false, signal }: AbortOptions & { readonly indexesOnly?: boolean },
): Promise<Graph> {
  refuseSchema1(target, target)
  const documents: ReadDocument[] = []
  const absent: Descriptor[] = []
  const enter = indexesOnly ? ({ mediaType }: Descriptor): boolean => isIndexType(mediaType) : undefined
  for await (const visit of walk(source, target, { order: 'children-first', enter, signal })) {
    if (visit.kind === 'absent') absent.push(visit.descriptor)
    if (visit.kind !== 'document') continue
    const { descriptor, bytes, manifest } = visit
    if (manifest.kind === 'index') for (const child of manifest.manifests) refuseSchema1(child, target)
    documents.push({ descriptor, bytes, manifest })
  }
  return { target, documents, absent }
}

/** Every blob that the manifests of a graph name, each once, in their order. */
export function blobsOf({ documents }: Pick<Graph, 'documents'>): readonly Descriptor[] {
  const blobs = new Map<Digest, Descriptor>()
  for (const { manifest } of documents)
    if (manifest.kind === 'manifest') for (const blob of successorsOf(manifest)) blobs.set(blob.digest, blob)
  return [...blobs.values()]
}

function refuseSchema1({ mediaType, digest }: Descriptor, target: Descriptor): void {
  if (!isSchema1Type(mediaType)) return
  throw new CopyError('SCHEMA1_NOT_COPIED', `${digest} is a Docker schema 1 manifest, which is not copied as it is`, {
    digest: target.digest,
    hint: 'its signatures contain the name of its repository: pull it with --allow-schema1, and push the OCI image that is made from it',
  })
}
