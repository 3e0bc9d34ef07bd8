export { parseContentType } from './content-type.ts'
export {
  convertDocument,
  type ConvertedDocument,
  type ConvertOptions,
  type ReplacedDocument,
  type ReplacedLayer,
  type Replacement,
} from './convert/convert-document.ts'
export { formatOf, type ImageFormat } from './convert/image-format.ts'
export type { LayerCompression } from './convert/layer-type.ts'
export { decodeImageIndex, decodeImageManifest, decodeManifest } from './decode/decode-manifest.ts'
export type { Limits } from './decode/limits.ts'
export { parseImageConfig } from './decode/parse-image-config.ts'
export type { Decoder, DecoderLike } from './decoder.ts'
export type { Descriptor } from './descriptor.ts'
export type { ContainerConfig, Healthcheck, HistoryEntry, ImageConfig } from './image-config.ts'
export { imageProblem, isArtifact, type ImageProblem } from './image-problem.ts'
export type { JsonObject, JsonValue } from './json/json-value.ts'
export { parseStrictJson, type StrictJsonOptions } from './json/parse-strict-json.ts'
export { ManifestError, type ManifestErrorCode, type ManifestErrorOptions } from './manifest-error.ts'
export type { ImageIndex, ImageManifest, Manifest } from './manifest.ts'
export {
  DOCKER_CONFIG,
  DOCKER_FOREIGN_LAYER,
  DOCKER_LAYER,
  DOCKER_LAYER_GZIP,
  DOCKER_LAYER_ZSTD,
  DOCKER_LIST,
  DOCKER_MANIFEST,
  DOCKER_PLUGIN_CONFIG,
  DOCKER_SCHEMA1,
  DOCKER_SCHEMA1_SIGNED,
  OCI_CONFIG,
  OCI_EMPTY,
  OCI_FOREIGN_LAYER,
  OCI_INDEX,
  OCI_LAYER,
  OCI_LAYER_GZIP,
  OCI_LAYER_ZSTD,
  OCI_MANIFEST,
  isForeignLayerType,
  isImageConfigType,
  isIndexType,
  isLayerType,
  isManifestType,
  isSchema1Type,
  layerCompression,
} from './media-types.ts'
export type { Platform } from './platform.ts'
export {
  chooseManifest,
  findManifest,
  platformsOffered,
  platformUnavailable,
  type LoadIndex,
} from './platform/choose-manifest.ts'
export { defaultPlatform, platformFromEnv } from './platform/default-platform.ts'
export { formatPlatform } from './platform/format-platform.ts'
export { isAttestation, matchPlatforms, type PlatformMatch } from './platform/match-platforms.ts'
export { normalizePlatform } from './platform/normalize-platform.ts'
export { parsePlatform, type ParsePlatformOptions } from './platform/parse-platform.ts'
export { platformJson } from './platform/platform-json.ts'
export { platformOf } from './platform/platform-of.ts'
export { platformOfNode } from './platform/platform-of-node.ts'
export { samePlatform } from './platform/same-platform.ts'
export { registryDigestOf, schema1EnvelopeOf, schema1Target } from './schema1-target.ts'
export { schemas, type Identity, type SchemaOptions, type Schemas, type StandardDocuments } from './schemas.ts'
export type { StandardIssue, StandardResult, StandardSchema } from './standard-schema.ts'
