import { failure } from '../http/registry-errors.ts'
import { json, type Reply } from '../http/message.ts'
import { oci } from '../media-types.ts'
import { isDigest } from '../names.ts'
import type { RegistryState } from '../state/repository-state.ts'
import type { RouteContext } from './context.ts'
import { page } from './page.ts'

/** Distribution spec, "Listing Tags". */
export function tags({ request, state, repository }: RouteContext): Reply {
  const found = state.repositories.get(repository)
  if (found === undefined) return failure('NAME_UNKNOWN', { name: repository })
  return page([...found.tags.keys()], request.query, `/v2/${repository}/tags/list`, (items) => ({ name: repository, tags: items }))
}

/** Docker's `_catalog`. */
export function catalog(state: RegistryState, query: URLSearchParams): Reply {
  return page([...state.repositories.keys()], query, '/v2/_catalog', (repositories) => ({ repositories }))
}

/** Distribution spec, "Listing Referrers": an empty index for what nobody refers to, never 404. */
export function referrers({ request, state, repository, target, referrers: enabled }: RouteContext): Reply {
  if (!enabled) return failure('UNSUPPORTED', undefined, { status: 404 })
  if (!isDigest(target)) return failure('DIGEST_INVALID', { digest: target })
  const wanted = request.query.get('artifactType')
  const manifests = [...(state.repositories.get(repository)?.manifests.values() ?? [])].flatMap(({ bytes, mediaType, digest }) => {
    const document = referring(bytes)
    if (document?.subject?.digest !== target) return []
    const artifactType = document.artifactType ?? document.config?.mediaType
    return [{ mediaType, digest, size: bytes.length, ...(artifactType === undefined ? {} : { artifactType }), ...(document.annotations === undefined ? {} : { annotations: document.annotations }) }]
  })
  const shown = wanted === null ? manifests : manifests.filter(({ artifactType }) => artifactType === wanted)
  return json(200, { schemaVersion: 2, mediaType: oci.index, manifests: shown }, { 'content-type': oci.index, ...(wanted === null ? {} : { 'oci-filters-applied': 'artifactType' }) })
}

interface Referring {
  readonly subject?: { readonly digest?: string } | undefined
  readonly artifactType?: string | undefined
  readonly config?: { readonly mediaType?: string } | undefined
  readonly annotations?: Record<string, string> | undefined
}

/** `undefined` for what is no JSON: seeded manifests may be anything. */
function referring(bytes: Uint8Array): Referring | undefined {
  try {
    return (JSON.parse(new TextDecoder().decode(bytes)) ?? undefined) as Referring | undefined
  } catch {
    return undefined
  }
}
