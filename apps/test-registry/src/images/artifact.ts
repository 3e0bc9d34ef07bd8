import { oci } from '../media-types.ts'
import { image, type ImageBuilder } from './image.ts'

/**
 * An artifact (OCI image-spec manifest.md, "Guidelines for Artifact Usage"): an empty config and the given blobs.
 *
 * @param files media type and bytes of each blob; none gives the one empty layer the spec asks for.
 */
export function artifact(
  name: string | undefined,
  artifactType: string,
  files: readonly {
    readonly mediaType: string
    readonly bytes: Uint8Array
    readonly title?: string | undefined
  }[] = [],
): ImageBuilder {
  const empty = new TextEncoder().encode('{}')
  const blobs = files.length === 0 ? [{ mediaType: oci.empty as string, bytes: empty, title: undefined }] : files
  return blobs.reduce<ImageBuilder>(
    (builder, { mediaType, bytes, title }) =>
      builder.rawLayer(bytes, {
        mediaType,
        annotations: title === undefined ? undefined : { 'org.opencontainers.image.title': title },
      }),
    image(name).rawConfig(empty, oci.empty).artifactType(artifactType),
  )
}
