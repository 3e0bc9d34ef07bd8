/** What a registry looks at in a manifest or index that is pushed. */
export interface ManifestDocument {
  readonly mediaType: string | undefined
  /** Config and layers. */
  readonly blobs: readonly Named[]
  readonly config: Named | undefined
  /** Of an index. */
  readonly children: readonly Named[]
  readonly subject: Named | undefined
  /** Whether there is a list of manifests, though it be null. */
  readonly index: boolean
  /** Whether there is a list of layers or a config beside it. */
  readonly mixed: boolean
}

interface Named {
  readonly digest: string
  readonly mediaType?: string | undefined
  readonly urls?: readonly unknown[] | undefined
}

/** The document, or in a few words why it is none. A member that is null is one that is not there, as Go writes and reads them. */
export function readManifest(bytes: Uint8Array): ManifestDocument | string {
  const value = parse(bytes)
  if (!isRecord(value)) return 'not a JSON object'
  const mediaType = value['mediaType'] ?? undefined
  if (mediaType !== undefined && typeof mediaType !== 'string') return 'mediaType is no string'
  const config = named(value['config'])
  if (config === 'wrong') return 'config is no descriptor'
  const subject = named(value['subject'])
  if (subject === 'wrong') return 'subject is no descriptor'
  const layers = list(value['layers'])
  if (layers === 'wrong') return 'layers is no list of descriptors'
  const children = list(value['manifests'])
  if (children === 'wrong') return 'manifests is no list of descriptors'
  const index = 'manifests' in value
  return {
    mediaType,
    config,
    blobs: config === undefined ? layers : [config, ...layers],
    children,
    subject,
    index,
    mixed: index && ('layers' in value || 'config' in value),
  }
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

function named(value: unknown): Named | undefined | 'wrong' {
  if (value === undefined || value === null) return undefined
  if (!isRecord(value)) return 'wrong'
  const { digest } = value
  const [mediaType, urls] = [value['mediaType'] ?? undefined, value['urls'] ?? undefined]
  if (typeof digest !== 'string') return 'wrong'
  if (mediaType !== undefined && typeof mediaType !== 'string') return 'wrong'
  if (urls !== undefined && !Array.isArray(urls)) return 'wrong'
  return { digest, mediaType, urls }
}

function list(value: unknown): readonly Named[] | 'wrong' {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) return 'wrong'
  const all = value.map((each) => named(each) ?? 'wrong')
  return all.includes('wrong') ? 'wrong' : all.filter((each) => each !== 'wrong')
}
