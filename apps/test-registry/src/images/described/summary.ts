import type { Digest } from '@lading/digest'
import type { Built } from '../built.ts'
import { platformJson } from '../json.ts'

interface ContentSummary {
  readonly digest: Digest
  /** In bytes. */
  readonly size: number
  readonly mediaType: string
}

/** What a program needs to know of an image that was seeded. */
export interface ImageSummary extends ContentSummary {
  readonly kind: Built['kind']
  readonly name?: string | undefined
  readonly platform?: Readonly<Record<string, unknown>> | undefined
  readonly config?: ContentSummary | undefined
  readonly layers?: readonly (ContentSummary & { readonly diffId: Digest; readonly stored: boolean })[] | undefined
  readonly manifests?: readonly ImageSummary[] | undefined
}

/** Digests and sizes are the truth, also where the document lies on purpose. */
export function summaryOf(built: Built): ImageSummary {
  const common = {
    kind: built.kind,
    name: built.repository === undefined ? undefined : `${built.repository}:${built.tag ?? ''}`,
    ...contentOf(built),
  }
  if (built.kind === 'index') return { ...common, manifests: built.manifests.map(summaryOf) }
  return {
    ...common,
    platform: built.platform === undefined ? undefined : platformJson(built.platform),
    config: built.kind === 'manifest' ? contentOf(built.config) : undefined,
    layers: built.layers.map((layer) => ({ ...contentOf(layer), diffId: layer.diffId, stored: layer.stored })),
  }
}

const contentOf = ({ digest, size, mediaType }: ContentSummary): ContentSummary => ({ digest, size, mediaType })
