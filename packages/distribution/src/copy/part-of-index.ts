import type { Document } from '@lading/content'
import type { Digest } from '@lading/digest'
import { digestOf } from '@lading/digest/hash'
import { parseStrictJson, type Descriptor, type JsonObject, type JsonValue } from '@lading/manifest'
import type { ReadDocument } from '../read-document.ts'
import type { Graph } from './graph.ts'

/**
 * The index of a graph with only some of its manifests. An index that loses none stays as it is, to the byte; the others
 * keep all members they have, in their order.
 *
 * @param wanted digests of manifests, at any depth
 */
export function partOf(
  { target, documents }: Graph,
  wanted: ReadonlySet<Digest>,
): { readonly target: Descriptor; readonly documents: readonly Document[] } {
  const byDigest = new Map(documents.map((document) => [document.descriptor.digest, document]))
  const made: Document[] = []
  const root = byDigest.get(target.digest)
  return { target: root === undefined ? target : (reduce(root) ?? target), documents: made }

  /** `undefined`: nothing of it is left. */
  function reduce({ descriptor, bytes, manifest }: ReadDocument): Descriptor | undefined {
    if (manifest.kind !== 'index') return descriptor
    const kept = manifest.manifests.map((entry) => {
      const below = byDigest.get(entry.digest)
      if (below?.manifest.kind === 'index') return reduce({ ...below, descriptor: entry })
      return wanted.has(entry.digest) ? entry : undefined
    })
    if (kept.every((entry, at) => entry?.digest === manifest.manifests[at]?.digest)) return descriptor
    if (kept.every((entry) => entry === undefined)) return undefined
    const text = parseStrictJson(bytes) as JsonObject
    const entries = (text['manifests'] as readonly JsonObject[]).flatMap((entry, at) => entryOf(entry, kept[at]))
    const next = new TextEncoder().encode(JSON.stringify({ ...text, manifests: entries }))
    const reduced: Descriptor = { ...descriptor, digest: digestOf(next), size: next.byteLength, data: undefined }
    made.push({ descriptor: reduced, bytes: next })
    return reduced
  }
}

/** The entry as it was written, but for what names other bytes now. */
function entryOf(entry: JsonObject, kept: Descriptor | undefined): readonly JsonValue[] {
  if (kept === undefined) return []
  if (entry['digest'] === kept.digest) return [entry]
  const { data: _data, ...rest } = entry
  return [{ ...rest, digest: kept.digest, size: kept.size }]
}
