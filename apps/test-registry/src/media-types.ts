/** OCI image-spec media-types.md, and Docker's twins (manifest v2 schema 2). */
export const oci = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: {
    none: 'application/vnd.oci.image.layer.v1.tar',
    gzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
    zstd: 'application/vnd.oci.image.layer.v1.tar+zstd',
  },
  foreign: {
    none: 'application/vnd.oci.image.layer.nondistributable.v1.tar',
    gzip: 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
    zstd: 'application/vnd.oci.image.layer.nondistributable.v1.tar+zstd',
  },
  empty: 'application/vnd.oci.empty.v1+json',
} as const

export const docker = {
  index: 'application/vnd.docker.distribution.manifest.list.v2+json',
  manifest: 'application/vnd.docker.distribution.manifest.v2+json',
  config: 'application/vnd.docker.container.image.v1+json',
  layer: {
    none: 'application/vnd.docker.image.rootfs.diff.tar',
    gzip: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
    zstd: 'application/vnd.docker.image.rootfs.diff.tar.zstd',
  },
  foreign: {
    none: 'application/vnd.docker.image.rootfs.foreign.diff.tar',
    gzip: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
    zstd: 'application/vnd.docker.image.rootfs.foreign.diff.tar.zstd',
  },
} as const

/** Layers that are never pushed and so need not be here (image-spec layer.md, "Non-Distributable Layers"). */
export const isForeign = (mediaType: string): boolean =>
  mediaType.includes('nondistributable') || isDockerForeign(mediaType)

export const isDockerForeign = (mediaType: string): boolean => mediaType.includes('.foreign.')
