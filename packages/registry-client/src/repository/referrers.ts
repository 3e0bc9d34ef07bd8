import { parseDigest, type Digest } from '@lading/digest'
import { OCI_INDEX, schemas, type Descriptor } from '@lading/manifest'
import { RegistryError } from '../errors/registry-error.ts'
import { repositoryUrl } from '../http/api-url.ts'
import type { Site } from '../http/exchange.ts'
import type { AbortOptions } from '../registry-client.ts'
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
export async function* listReferrers(site: Site, digest: Digest, { artifactType, maxPages, signal }: ReferrersOptions): AsyncGenerator<Descriptor, void, undefined> {
  const first = repositoryUrl(site, `referrers/${parseDigest(digest)}`)
  if (artifactType !== undefined) first.searchParams.set('artifactType', artifactType)
  const wanted = (entry: Descriptor): boolean => artifactType === undefined || entry.artifactType === artifactType
  let answered = false
  try {
    for await (const page of listPages(site, first, { what: 'referrers', accept: OCI_INDEX, about: { subject: 'registry', digest }, maxPages, signal })) {
      answered = true
      const filtered = filtersApplied(page).includes('artifactType')
      for (const entry of entriesOf(site, page)) if (filtered || wanted(entry)) yield entry
    }
  } catch (error) {
    if (answered || !lacksApi(error)) throw error
    for (const entry of (await readFallback(site, digest, { signal }))?.index.manifests ?? []) if (wanted(entry)) yield entry
  }
}

const filtersApplied = ({ head }: Page): string[] => (head.headers.get('oci-filters-applied') ?? '').split(',').map((filter) => filter.trim())

function entriesOf(site: Site, { head, bytes }: Page): readonly Descriptor[] {
  assertNoPage(site, head, bytes)
  const document = schemas.unmarshal(head.headers.get('content-type'), bytes, { maxBytes: longestPage })
  if (document.kind !== 'index') throw badPage(site, head.url, 'sent no index as the list of referrers')
  return document.manifests
}

const absent: ReadonlySet<number | undefined> = new Set([404, 405, 501])

function lacksApi(error: unknown): boolean {
  return error instanceof RegistryError && (absent.has(error.facts.status) || error.code === 'UNSUPPORTED')
}
