import type { AbortOptions } from '@lading/clock'
import { parseDigest, type Digest } from '@lading/digest'
import { isLadingError } from '@lading/errors'
import type { Descriptor } from '@lading/manifest'
import { RegistryError } from '../errors/registry-error.ts'
import { repositoryUrl } from '../site/api-url.ts'
import type { Site } from '../site/site.ts'
import { readFallback } from './fallback-referrers.ts'
import { listPages } from './pages.ts'
import { referrersList } from './referrers-list.ts'

export interface ReferrersOptions extends AbortOptions {
  readonly artifactType?: string | undefined
  readonly maxPages?: number | undefined
}

/**
 * What refers to a digest (distribution-spec, "Listing Referrers"), by the registry's API, or where there is none by the
 * fallback tag. A filter that the registry did not apply is applied here.
 */
export async function* listReferrers(
  site: Site,
  digest: Digest,
  { artifactType, maxPages, signal }: ReferrersOptions,
): AsyncGenerator<Descriptor, void, undefined> {
  const first = repositoryUrl(site, `referrers/${parseDigest(digest)}`)
  if (artifactType !== undefined) first.searchParams.set('artifactType', artifactType)
  const wanted = (entry: Descriptor): boolean => artifactType === undefined || entry.artifactType === artifactType
  let answered = false
  const format = referrersList(site, { wanted })
  const options = { about: { subject: 'registry', digest }, maxPages, signal } as const
  try {
    for await (const batch of listPages(site, first, format, options)) {
      answered = true
      yield* batch
    }
  } catch (error) {
    signal?.throwIfAborted()
    if (answered || !lacksApi(error)) throw error
    for (const entry of (await readFallback(site, digest, { toRead: true, signal }))?.index.manifests ?? [])
      if (wanted(entry)) yield entry
  }
}

const known = new WeakMap<Site['authorizer'], boolean>()

/**
 * Whether the endpoint has the API, asked once. Docker Hub answers `OCI-Subject` without having it (docker/hub-feedback
 * #2372), and what was only said to be listed would never be found.
 */
export async function hasReferrersApi(site: Site, subject: Digest, { signal }: AbortOptions): Promise<boolean> {
  const { authorizer } = site
  const before = known.get(authorizer)
  if (before !== undefined) return before
  const url = repositoryUrl(site, `referrers/${parseDigest(subject)}`)
  const format = referrersList(site, { wanted: () => true })
  const options = { about: { subject: 'registry', digest: subject }, signal } as const
  try {
    for await (const _ of listPages(site, url, format, options)) break
    known.set(authorizer, true)
  } catch (error) {
    signal?.throwIfAborted()
    if (lacksApi(error)) known.set(authorizer, false)
    // Whatever else goes wrong, the registry said that it lists the manifest.
    else if (!isLadingError(error)) throw error
  }
  return known.get(authorizer) ?? true
}

/** What registries without the API say; the specification has them say 404. */
const absent: ReadonlySet<number | undefined> = new Set([400, 404, 405, 406, 501])

function lacksApi(error: unknown): boolean {
  return error instanceof RegistryError && (absent.has(error.facts.status) || error.code === 'UNSUPPORTED')
}
