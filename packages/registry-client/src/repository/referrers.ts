import type { AbortOptions } from '@lading/clock'
import { parseDigest, type Digest } from '@lading/digest'
import { isLadingError } from '@lading/errors'
import { OCI_INDEX, schemas, type Descriptor } from '@lading/manifest'
import { RegistryError } from '../errors/registry-error.ts'
import { explainedByCoding } from '../http/content-coding.ts'
import { parseLenientJson } from '../http/parse-lenient-json.ts'
import { repositoryUrl } from '../site/api-url.ts'
import type { Site } from '../site/site.ts'
import { readFallback } from './fallback-referrers.ts'
import { assertNoPage } from './manifests.ts'
import { badPage, listPages, longestPage, type Page } from './pages.ts'

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
  try {
    for await (const page of listPages(site, first, {
      what: 'referrers',
      accept: OCI_INDEX,
      about: { subject: 'registry', digest },
      maxPages,
      signal,
    })) {
      answered = true
      const filtered = filtersApplied(page).includes('artifactType')
      for (const entry of entriesOf(site, page)) if (filtered || wanted(entry)) yield entry
    }
  } catch (error) {
    if (answered || !lacksApi(error)) throw error
    for (const entry of (await readFallback(site, digest, { signal }))?.index.manifests ?? [])
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
  try {
    await listPages(site, url, {
      what: 'referrers',
      accept: OCI_INDEX,
      about: { subject: 'registry', digest: subject },
      signal,
    }).next()
    known.set(authorizer, true)
  } catch (error) {
    signal?.throwIfAborted()
    if (lacksApi(error)) known.set(authorizer, false)
    // Whatever else goes wrong, the registry said that it lists the manifest.
    else if (!isLadingError(error)) throw error
  }
  return known.get(authorizer) ?? true
}

const filtersApplied = ({ head }: Page): string[] =>
  (head.headers.get('oci-filters-applied') ?? '').split(',').map((filter) => filter.trim())

function entriesOf(site: Site, { head, bytes }: Page): readonly Descriptor[] {
  try {
    assertNoPage(site, head, bytes)
    const document = schemas.unmarshal(head.headers.get('content-type'), plainJson(bytes), { maxBytes: longestPage })
    if (document.kind === 'index') return document.manifests
  } catch (error) {
    throw explainedByCoding(error, head)
  }
  throw badPage(site, head.url, 'sent no index as the list of referrers')
}

/** The registry makes the list at the moment, and nobody hashes it: it is read leniently. */
function plainJson(bytes: Uint8Array): Uint8Array {
  try {
    return new TextEncoder().encode(JSON.stringify(parseLenientJson(bytes)))
  } catch {
    // Decoding finds the words for what is wrong with it.
    return bytes
  }
}

const absent: ReadonlySet<number | undefined> = new Set([404, 405, 501])

function lacksApi(error: unknown): boolean {
  return error instanceof RegistryError && (absent.has(error.facts.status) || error.code === 'UNSUPPORTED')
}
