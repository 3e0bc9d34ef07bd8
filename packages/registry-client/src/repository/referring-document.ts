import type { Descriptor } from '@lading/manifest'

/** A manifest or index as far as referrers are concerned; nothing in it is checked yet. */
export interface ReferringDocument {
  readonly mediaType?: unknown
  readonly artifactType?: unknown
  readonly annotations?: unknown
  readonly config?: { readonly mediaType?: unknown } | undefined
  readonly subject?: { readonly digest?: string } | undefined
}

/** The entry of a list of referrers (distribution-spec, "Listing Referrers"): the config's type stands in for an artifact type. */
export function describeReferrer(
  descriptor: Descriptor,
  { artifactType, annotations, config }: ReferringDocument,
): Descriptor {
  const type = text(artifactType) ?? text(config?.mediaType)
  return {
    ...descriptor,
    ...(type === undefined ? {} : { artifactType: type }),
    ...(typeof annotations === 'object' && annotations !== null && Object.keys(annotations).length > 0
      ? { annotations: annotations as Record<string, string> }
      : {}),
  }
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)
