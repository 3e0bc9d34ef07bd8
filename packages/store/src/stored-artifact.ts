import { isArtifact, type Descriptor, type ImageManifest } from '@lading/manifest'
import { tryParseReference, withDefaultTag } from '@lading/reference'
import type { Store } from './store.ts'

/** What a name points to that is no container image: a chart, a signature, a list of parts. */
export interface StoredArtifact {
  readonly descriptor: Descriptor
  readonly manifest: ImageManifest
  readonly bytes: Uint8Array
}

/** `undefined`: the term is no name of an artifact. Programs put them here; a pull does not. */
export async function storedArtifact(store: Store, term: string): Promise<StoredArtifact | undefined> {
  const reference = tryParseReference(term)
  const descriptor = reference === undefined ? undefined : await store.resolve(withDefaultTag(reference))
  const found = descriptor === undefined ? undefined : await store.manifest(descriptor)
  if (descriptor === undefined || found?.manifest.kind !== 'manifest' || !isArtifact(found.manifest)) return undefined
  return { descriptor, manifest: found.manifest, bytes: found.bytes }
}
