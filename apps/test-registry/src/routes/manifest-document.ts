/** What a registry looks at in a manifest or index that is pushed. */
export interface ManifestDocument {
  readonly mediaType: string | undefined
  /** Config and layers. */
  readonly blobs: readonly Named[]
  readonly config: Named | undefined
  /** Of an index. */
  readonly children: readonly Named[]
  readonly subject: Named | undefined
}

interface Named {
  readonly digest: string
  readonly mediaType?: string | undefined
  readonly urls?: readonly unknown[] | undefined
}

/** The document, or in a few words why it is none. */
export function readManifest(bytes: Uint8Array): ManifestDocument | string {
  const value = parse(bytes)
  if (!isRecord(value)) return 'not a JSON object'
  const { mediaType, config, layers = [], manifests = [], subject } = value
  if (mediaType !== undefined && typeof mediaType !== 'string') return 'mediaType is no string'
  if (config !== undefined && !isNamed(config)) return 'config is no descriptor'
  if (subject !== undefined && !isNamed(subject)) return 'subject is no descriptor'
  if (!Array.isArray(layers) || !layers.every(isNamed)) return 'layers is no list of descriptors'
  if (!Array.isArray(manifests) || !manifests.every(isNamed)) return 'manifests is no list of descriptors'
  return { mediaType, config, blobs: config === undefined ? layers : [config, ...layers], children: manifests, subject }
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return undefined
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function isNamed(value: unknown): value is Named {
  if (!isRecord(value)) return false
  const { digest, mediaType, urls } = value
  return (
    typeof digest === 'string' &&
    (mediaType === undefined || typeof mediaType === 'string') &&
    (urls === undefined || Array.isArray(urls))
  )
}
