import { isIndexType, isManifestType, schemas, type Descriptor, type Manifest } from '@lading/manifest'
import type { Document } from './document.ts'

/** What can name other content: a manifest or an index, by its media type. */
export const namesContent = ({ mediaType }: Pick<Descriptor, 'mediaType'>): boolean =>
  isIndexType(mediaType) || isManifestType(mediaType)

/**
 * What a document names, in the order in which it must exist: of a manifest its config and its layers, base first; of an
 * index its children; of anything else nothing. Not its `subject`: that is what it is about, and need not exist
 * (distribution-spec, "Pushing Manifests with Subject").
 *
 * @throws ManifestError for a manifest or index that cannot be decoded
 */
export function successors(document: Document): readonly Descriptor[] {
  const { descriptor, bytes } = document
  return namesContent(descriptor) ? successorsOf(schemas.unmarshal(descriptor.mediaType, bytes)) : []
}

/** The same of a decoded document. */
export function successorsOf(manifest: Manifest): readonly Descriptor[] {
  return manifest.kind === 'index' ? manifest.manifests : [manifest.config, ...manifest.layers]
}
