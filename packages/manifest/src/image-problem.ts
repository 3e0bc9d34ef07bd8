import { printable } from '@lading/errors'
import type { ImageManifest } from './manifest.ts'
import { OCI_EMPTY, isImageConfigType, isLayerType } from './media-types.ts'

export interface ImageProblem {
  /** What it is instead, as the end of a sentence: `a Helm chart`. Safe to print. */
  readonly what: string
  /** The media type that says so. Not escaped. */
  readonly mediaType: string
  /** One line that tells the user what to do next. */
  readonly hint: string
}

// Old registries and tools left these on the configs and layers of perfectly good images; docker takes them too.
const legacyTypes: readonly string[] = ['', 'application/octet-stream', 'application/json', 'text/html']

const known: readonly { readonly type: RegExp; readonly what: string; readonly hint: string }[] = [
  {
    type: /^application\/vnd\.docker\.plugin\./,
    what: 'a Docker plugin',
    hint: 'install it with docker plugin install',
  },
  { type: /^application\/vnd\.cncf\.helm\./, what: 'a Helm chart', hint: 'fetch it with helm pull oci://…' },
  { type: /^application\/vnd\.docker\.ai\./, what: 'an AI model', hint: 'fetch it with docker model pull' },
  {
    type: /^application\/vnd\.(?:ollama|cncf\.model)\./,
    what: 'an AI model',
    hint: 'fetch it with the tool that pushed it',
  },
  { type: /^application\/vnd\.in-toto/, what: 'an attestation', hint: 'pull the image it belongs to' },
  {
    type: /^application\/vnd\.(?:dev\.)?(?:cosign|sigstore)/,
    what: 'a signature',
    hint: 'pull the image it belongs to',
  },
  { type: /^application\/vnd\.cncf\.notary\./, what: 'a signature', hint: 'pull the image it belongs to' },
  {
    type: /\+encrypted$/,
    what: 'an encrypted image',
    hint: 'decrypt it first, for example with skopeo copy --decryption-key',
  },
  { type: /^application\/vnd\.wasm\./, what: 'a WebAssembly module', hint: 'fetch it with the tool that pushed it' },
]

/**
 * Why a manifest is not a container image, for a clear word before anything is fetched; `undefined` when it is one.
 * The config's media type decides (image-spec, manifest.md: consumers fall back to it), then the layers'.
 */
export function imageProblem(manifest: ImageManifest): ImageProblem | undefined {
  const type = manifest.config.mediaType
  if (type === OCI_EMPTY) return describe(manifest.artifactType ?? type)
  if (!isImageConfigType(type) && !legacyTypes.includes(type)) return describe(type)
  // Signatures and attestations wear an image's config and differ in their layers only.
  const odd = manifest.layers.find((layer) => !isUsableLayer(layer.mediaType))
  return odd === undefined ? undefined : describe(odd.mediaType)
}

/** True for everything that is stored in a registry and is no container image: charts, plugins, signatures, models … */
export function isArtifact(manifest: ImageManifest): boolean {
  return imageProblem(manifest) !== undefined
}

// As docker does, by prefix beside the proper types: builders invent suffixes for what is a tar all the same.
function isUsableLayer(mediaType: string): boolean {
  if (mediaType.endsWith('+encrypted')) return false
  return (
    isLayerType(mediaType) ||
    legacyTypes.includes(mediaType) ||
    /^application\/vnd\.(?:oci\.image\.layer\.|docker\.image\.rootfs\.)/.test(mediaType)
  )
}

function describe(mediaType: string): ImageProblem {
  const match = known.find(({ type }) => type.test(mediaType))
  if (match !== undefined) return { what: match.what, mediaType, hint: match.hint }
  const what =
    mediaType === OCI_EMPTY ? 'an artifact without a type' : `an artifact of type "${printable(mediaType, 100)}"`
  return { what, mediaType, hint: 'fetch it with the tool that pushed it' }
}
