import { oci } from '../../media-types.ts'
import type { RepositoryState } from '../repository-state.ts'

const refName = 'org.opencontainers.image.ref.name'
export const layoutMarker = '{"imageLayoutVersion":"1.0.0"}'

/** A descriptor in `index.json`, as somebody wrote it. */
export interface IndexEntry {
  readonly mediaType?: string | undefined
  readonly digest: string
  readonly annotations?: Readonly<Record<string, unknown>> | undefined
}

/** `index.json` of a repository: an entry for each tag, and one for each manifest without. What others noted on an entry stays. */
export function layoutIndex(repository: RepositoryState, before: readonly IndexEntry[]): string {
  const noted = new Map(before.map((entry) => [`${entry.digest} ${tagOf(entry) ?? ''}`, entry]))
  const tagged = new Set(repository.tags.values())
  const named = [...repository.tags].map(([tag, digest]) => ({ digest, tag }))
  const unnamed = [...repository.manifests.keys()]
    .filter((digest) => !tagged.has(digest))
    .map((digest) => ({ digest, tag: undefined }))
  const manifests = [...named, ...unnamed].flatMap(({ digest, tag }) => {
    const manifest = repository.manifests.get(digest)
    if (manifest === undefined) return []
    const { annotations, ...rest } = noted.get(`${digest} ${tag ?? ''}`) ?? {}
    const all =
      tag === undefined || annotations?.[refName] !== undefined ? annotations : { ...annotations, [refName]: tag }
    return [
      {
        ...rest,
        mediaType: manifest.mediaType,
        digest,
        size: manifest.bytes.length,
        ...(all === undefined ? {} : { annotations: all }),
      },
    ]
  })
  return JSON.stringify({ schemaVersion: 2, mediaType: oci.index, manifests })
}

/** A layout's ref name may be a tag, or a whole reference that ends in one (image-spec annotations.md). */
export function tagOf({ annotations }: IndexEntry): string | undefined {
  const name = annotations?.[refName]
  if (typeof name !== 'string') return undefined
  const tag = name.slice(name.lastIndexOf(':') + 1)
  return /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/.test(tag) ? tag : undefined
}
