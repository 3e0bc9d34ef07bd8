import { DOCKER_LIST, DOCKER_MANIFEST } from '../media-types.ts'

/** The two families of documents: the OCI image-spec's, and Docker's schema 2. */
export type ImageFormat = 'oci' | 'docker'

/** Of a manifest or an index, by its media type. */
export const formatOf = (mediaType: string): ImageFormat =>
  mediaType === DOCKER_MANIFEST || mediaType === DOCKER_LIST ? 'docker' : 'oci'
