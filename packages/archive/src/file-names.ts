import { algorithmOf, hexOf, tryParseDigest, type Digest } from '@lading/digest'

/** The file that marks a directory as an OCI image layout (image-spec, image-layout.md). */
export const LAYOUT_FILE = 'oci-layout'
/** The names of an OCI image layout. */
export const INDEX_FILE = 'index.json'
/** The images of a docker-archive, since docker 1.10. */
export const DOCKER_MANIFEST_FILE = 'manifest.json'
/** The names of a docker-archive before docker 1.10; later ones have it for older readers. */
export const REPOSITORIES_FILE = 'repositories'

/** Where an OCI image layout has content. */
export const blobPath = (digest: Digest): string => `blobs/${algorithmOf(digest)}/${hexOf(digest)}`

/** The digest in a path in `blobs/`; `undefined` for any other path. */
export function digestOfPath(path: string): Digest | undefined {
  const [directory, algorithm, hex, ...more] = path.split('/')
  return directory === 'blobs' && more.length === 0 ? tryParseDigest(`${algorithm}:${hex}`) : undefined
}
