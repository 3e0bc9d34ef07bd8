/** The name of an entry of an OCI image layout: a tag or a full name (image-spec, annotations.md). */
export const REF_NAME = 'org.opencontainers.image.ref.name'
/** The full name of an entry, where `REF_NAME` has the tag alone: containerd, docker since 25. */
export const CONTAINERD_NAME = 'io.containerd.image.name'
