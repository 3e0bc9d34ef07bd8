import type { Digest } from '@lading/digest'
import type { Descriptor, Platform } from '@lading/manifest'
import { digestOf } from '../hash.ts'
import { docker, oci } from '../media-types.ts'
import type { ImageName } from '../names.ts'
import type { BuiltContent, BuiltImage, BuiltLayer } from './built.ts'
import { defined, descriptorJson, encodeJson, platformJson } from './json.ts'
import { buildLayer, type Flavour, type LayerSource } from './layer.ts'

/** What an image builder has gathered. */
export interface ImageParts {
  readonly name: ImageName | undefined
  readonly layers: readonly LayerSource[]
  readonly platform: Platform | undefined
  readonly flavour: Flavour
  readonly container?: Readonly<Record<string, unknown>> | undefined
  readonly configMembers?: Readonly<Record<string, unknown>> | undefined
  readonly rawConfig?: { readonly bytes: Uint8Array; readonly mediaType: string } | undefined
  readonly history?: readonly Readonly<Record<string, unknown>>[] | undefined
  readonly annotations?: Readonly<Record<string, string>> | undefined
  readonly artifactType?: string | undefined
  readonly subject?: Descriptor | undefined
  readonly diffIds?: readonly Digest[] | undefined
  readonly manifestMembers?: Readonly<Record<string, unknown>> | undefined
}

const created = '1970-01-01T00:00:00Z'

export function buildImage(parts: ImageParts): BuiltImage {
  const types = parts.flavour === 'oci' ? oci : docker
  const layers = parts.layers.map((source) => buildLayer(source, parts.flavour))
  const config = buildConfig(parts, layers, parts.diffIds ?? layers.map((layer) => layer.claimedDiffId), types.config)
  const document = defined({
    schemaVersion: 2,
    mediaType: types.manifest,
    artifactType: parts.artifactType,
    config: descriptorJson(config.descriptor),
    layers: layers.map((layer) => descriptorJson(layer.descriptor)),
    subject: parts.subject === undefined ? undefined : descriptorJson(parts.subject),
    annotations: parts.annotations,
    ...parts.manifestMembers,
  })
  return {
    kind: 'manifest',
    repository: parts.name?.repository,
    tag: parts.name?.tag,
    ...content(encodeJson(document), types.manifest, parts.artifactType),
    document,
    config,
    layers,
    platform: parts.platform,
  }
}

function buildConfig(
  parts: ImageParts,
  layers: readonly BuiltLayer[],
  diffIds: readonly Digest[],
  mediaType: string,
): BuiltContent {
  if (parts.rawConfig !== undefined) return content(parts.rawConfig.bytes, parts.rawConfig.mediaType)
  const history =
    parts.history ?? layers.map((_, position) => ({ created, created_by: `layer ${position + 1} of a test image` }))
  return content(
    encodeJson(
      defined({
        created,
        ...(parts.platform === undefined ? {} : platformJson(parts.platform)),
        config: parts.container ?? {},
        rootfs: { type: 'layers', diff_ids: diffIds },
        history,
        ...parts.configMembers,
      }),
    ),
    mediaType,
  )
}

export function content(bytes: Uint8Array, mediaType: string, artifactType?: string): BuiltContent {
  const digest = digestOf(bytes)
  return {
    bytes,
    digest,
    size: bytes.length,
    mediaType,
    descriptor: { mediaType, digest, size: bytes.length, ...(artifactType === undefined ? {} : { artifactType }) },
  }
}
