/** OCI image index (image-spec, image-index.md). */
export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json'
/** OCI image manifest (image-spec, manifest.md). */
export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
export const OCI_CONFIG = 'application/vnd.oci.image.config.v1+json'
export const OCI_LAYER = 'application/vnd.oci.image.layer.v1.tar'
export const OCI_LAYER_GZIP = 'application/vnd.oci.image.layer.v1.tar+gzip'
export const OCI_LAYER_ZSTD = 'application/vnd.oci.image.layer.v1.tar+zstd'
/** Deprecated by OCI, alive in Windows images; `+gzip` and `+zstd` as with ordinary layers. */
export const OCI_FOREIGN_LAYER = 'application/vnd.oci.image.layer.nondistributable.v1.tar'
/** The two bytes `{}`, where a descriptor is demanded and there is nothing to say. */
export const OCI_EMPTY = 'application/vnd.oci.empty.v1+json'

export const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json'
export const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json'
export const DOCKER_CONFIG = 'application/vnd.docker.container.image.v1+json'
export const DOCKER_PLUGIN_CONFIG = 'application/vnd.docker.plugin.v1+json'
export const DOCKER_LAYER = 'application/vnd.docker.image.rootfs.diff.tar'
export const DOCKER_LAYER_GZIP = 'application/vnd.docker.image.rootfs.diff.tar.gzip'
/** Never official, seen all the same. */
export const DOCKER_LAYER_ZSTD = 'application/vnd.docker.image.rootfs.diff.tar.zstd'
export const DOCKER_FOREIGN_LAYER = 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip'

/** Docker schema 1, unsigned and signed: recognised to be refused. */
export const DOCKER_SCHEMA1 = 'application/vnd.docker.distribution.manifest.v1+json'
export const DOCKER_SCHEMA1_SIGNED = 'application/vnd.docker.distribution.manifest.v1+prettyjws'

/** A Docker manifest list or an OCI index. Media types are compared as they are: without parameters, lower case. */
export function isIndexType(mediaType: string): boolean {
  return mediaType === OCI_INDEX || mediaType === DOCKER_LIST
}

/** A Docker schema 2 or an OCI manifest. */
export function isManifestType(mediaType: string): boolean {
  return mediaType === OCI_MANIFEST || mediaType === DOCKER_MANIFEST
}

export function isSchema1Type(mediaType: string): boolean {
  return mediaType === DOCKER_SCHEMA1 || mediaType === DOCKER_SCHEMA1_SIGNED
}

/** The config of a container image, by its proper types. For what is tolerated on a pull see `imageProblem`. */
export function isImageConfigType(mediaType: string): boolean {
  return mediaType === OCI_CONFIG || mediaType === DOCKER_CONFIG
}

const foreignLayer =
  /^application\/vnd\.(?:oci\.image\.layer\.nondistributable\.v1\.tar(?:\+(?:gzip|zstd))?|docker\.image\.rootfs\.foreign\.diff\.tar(?:\.(?:gzip|zstd))?)$/
const ownLayer =
  /^application\/vnd\.(?:oci\.image\.layer\.v1\.tar(?:\+(?:gzip|zstd))?|docker\.image\.rootfs\.diff\.tar(?:\.(?:gzip|zstd))?)$/

/** Two types of one kind of document, Docker's and OCI's: what is one may as well be called the other. */
export function sameKind(mediaType: string, other: string): boolean {
  return (isManifestType(mediaType) && isManifestType(other)) || (isIndexType(mediaType) && isIndexType(other))
}

/** A layer that registries need not have: its descriptor's `urls` say where it is (Windows base images). */
export function isForeignLayerType(mediaType: string): boolean {
  return foreignLayer.test(mediaType)
}

/** A file system layer that can be applied, foreign ones included: tar, plain or compressed with gzip or zstd. */
export function isLayerType(mediaType: string): boolean {
  return ownLayer.test(mediaType) || foreignLayer.test(mediaType)
}

/** How a layer says it is compressed; `undefined` for what is no layer type. The bytes decide in the end: the name is often wrong. */
export function layerCompression(mediaType: string): 'none' | 'gzip' | 'zstd' | undefined {
  if (!isLayerType(mediaType)) return undefined
  if (mediaType.endsWith('gzip')) return 'gzip'
  return mediaType.endsWith('zstd') ? 'zstd' : 'none'
}
