import type { Digest } from '@lading/digest'
import type { StoredManifest } from '../state/repository-state.ts'

/** A descriptor as far as it is one: what a pushed document says, unchecked. */
interface Named {
  readonly digest: string
  readonly size?: number | undefined
  readonly mediaType?: string | undefined
  readonly platform?: string | undefined
}

/** A manifest or index for people: what it is, and what it names. Schema 1 does not say how large its layers are: `sizeOf` does. */
export function manifestSummary(
  { digest, mediaType, bytes }: StoredManifest,
  sizeOf: (digest: Digest) => number | undefined,
): Readonly<Record<string, unknown>> {
  const document = parse(bytes)
  return {
    digest,
    mediaType,
    size: bytes.length,
    artifactType: text(document['artifactType']),
    subject: named(document['subject'])[0]?.digest,
    config: named(document['config'])[0],
    layers: Array.isArray(document['layers'])
      ? document['layers'].flatMap(named)
      : oldLayers(document['fsLayers'], sizeOf),
    manifests: Array.isArray(document['manifests']) ? document['manifests'].flatMap(named) : undefined,
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Of schema 1, where the base is last. */
function oldLayers(value: unknown, sizeOf: (digest: Digest) => number | undefined): readonly Named[] | undefined {
  if (!Array.isArray(value)) return undefined
  return value
    .toReversed()
    .flatMap((layer) =>
      isRecord(layer) ? named({ digest: layer['blobSum'], size: sizeOf(layer['blobSum'] as Digest) }) : [],
    )
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

function parse(bytes: Uint8Array): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes))
    return isRecord(value) ? value : {}
  } catch {
    return {}
  }
}

function named(value: unknown): readonly Named[] {
  if (!isRecord(value)) return []
  const { digest, size, mediaType, platform } = value
  if (typeof digest !== 'string') return []
  return [
    {
      digest,
      size: typeof size === 'number' ? size : undefined,
      mediaType: text(mediaType),
      platform: platformText(platform),
    },
  ]
}

function platformText(value: unknown): string | undefined {
  if (!isRecord(value)) return undefined
  return [value['os'], value['architecture'], value['variant']].filter((part) => typeof part === 'string').join('/')
}
