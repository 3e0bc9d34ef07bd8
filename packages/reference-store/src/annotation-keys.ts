/** OCI image-spec, annotations.md: what other tools look a name up by. */
export const refNameKey = 'org.opencontainers.image.ref.name'
/** containerd's: the full name, whatever its characters. */
export const imageNameKey = 'io.containerd.image.name'
