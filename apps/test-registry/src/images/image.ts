import type { Digest } from '@lading/digest'
import type { Descriptor, Platform } from '@lading/manifest'
import { parseImageName } from '../names.ts'
import { buildImage, type ImageParts } from './build-image.ts'
import type { Buildable, BuiltImage } from './built.ts'
import type { Flavour, LayerOptions } from './layer.ts'
import { toPlatform } from './platform.ts'
import { randomBytes } from './random-bytes.ts'
import { tar, type TarFiles } from './tar.ts'

/** Immutable: each call returns a new builder, so that variants can share a beginning. The same calls give the same digests. */
export interface ImageBuilder extends Buildable<BuiltImage> {
  /** Files, or the bytes of a tar archive. */
  layer(content: TarFiles | Uint8Array, options?: LayerOptions): ImageBuilder
  /** A layer of one file of the given size that does not compress, the same for the same seed (default 1). */
  randomLayer(bytes: number, options?: LayerOptions & { readonly seed?: number | undefined }): ImageBuilder
  /** A blob compressed elsewhere: several gzip members, a broken stream. `tar` is what it should inflate to. */
  rawLayer(blob: Uint8Array, options?: LayerOptions & { readonly tar?: Uint8Array | undefined }): ImageBuilder
  /** `linux/arm64`, `linux/arm/v7`. Default `linux/amd64`. */
  platform(platform: string | Platform): ImageBuilder
  /** The container part of the config: `{ Cmd: ['sh'], Env: […] }`. */
  config(container: Readonly<Record<string, unknown>>): ImageBuilder
  /** Members of the config document itself, in place of what is there: `{ author: 'a', rootfs: … }`. */
  configMembers(members: Readonly<Record<string, unknown>>): ImageBuilder
  /** The config's own bytes: an artifact's, or hostile ones. */
  rawConfig(bytes: Uint8Array, mediaType: string): ImageBuilder
  /** Default: one entry for each layer. */
  history(entries: readonly Readonly<Record<string, unknown>>[]): ImageBuilder
  /** Default `oci`. */
  mediaTypes(flavour: Flavour): ImageBuilder
  /** Leaves the manifest's `mediaType` member out, as umoci and old Go tools do. */
  withoutMediaType(): ImageBuilder
  annotations(annotations: Readonly<Record<string, string>>): ImageBuilder
  artifactType(type: string): ImageBuilder
  subject(subject: Descriptor | { readonly descriptor: Descriptor }): ImageBuilder
  /** What the config says instead of the true diffIDs. */
  diffIds(diffIds: readonly Digest[]): ImageBuilder
  /** Members of the manifest itself, in place of what is there: for hostile documents. `undefined` removes. */
  manifestMembers(members: Readonly<Record<string, unknown>>): ImageBuilder
}

/**
 * An image for the test registry.
 *
 * @param name repository and tag without a host (`t/app:1`); tag `latest` when there is none; nothing for a child of an index.
 * @throws TestRegistryError `NAME_INVALID`
 */
export function image(name?: string): ImageBuilder {
  return builder({
    name: name === undefined ? undefined : parseImageName(name),
    layers: [],
    platform: { os: 'linux', architecture: 'amd64' },
    flavour: 'oci',
  })
}

function builder(parts: ImageParts): ImageBuilder {
  const withParts = (more: Partial<ImageParts>): ImageBuilder => builder({ ...parts, ...more })
  return {
    layer: (content, options = {}) => withParts({ layers: [...parts.layers, { content, options }] }),
    randomLayer: (bytes, { seed = 1, ...options } = {}) =>
      withParts({
        layers: [
          ...parts.layers,
          { content: tar({ [`random-${seed}`]: randomBytes(bytes, seed) }), options: { level: 0, ...options } },
        ],
      }),
    rawLayer: (blob, { tar: archive, ...options } = {}) =>
      withParts({ layers: [...parts.layers, { content: archive ?? blob, blob, options }] }),
    platform: (platform) => withParts({ platform: toPlatform(platform) }),
    config: (container) => withParts({ container: { ...parts.container, ...container } }),
    configMembers: (members) => withParts({ configMembers: { ...parts.configMembers, ...members } }),
    rawConfig: (bytes, mediaType) => withParts({ rawConfig: { bytes, mediaType } }),
    history: (history) => withParts({ history }),
    mediaTypes: (flavour) => withParts({ flavour }),
    withoutMediaType: () => withParts({ manifestMembers: { ...parts.manifestMembers, mediaType: undefined } }),
    annotations: (annotations) => withParts({ annotations: { ...parts.annotations, ...annotations } }),
    artifactType: (artifactType) => withParts({ artifactType }),
    subject: (subject) => withParts({ subject: 'descriptor' in subject ? subject.descriptor : subject }),
    diffIds: (diffIds) => withParts({ diffIds }),
    manifestMembers: (members) => withParts({ manifestMembers: { ...parts.manifestMembers, ...members } }),
    build: () => buildImage(parts),
  }
}
