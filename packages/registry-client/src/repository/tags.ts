import { isTag } from '@lading/reference'
import type { AbortOptions } from '@lading/clock'
import { repositoryUrl } from '../site/api-url.ts'
import type { Site } from '../site/site.ts'
import { namedList } from './named-list.ts'
import { listPages } from './pages.ts'

export interface TagsOptions extends AbortOptions {
  readonly pageSize?: number | undefined
  readonly last?: string | undefined
  readonly maxPages?: number | undefined
}

/** Every tag (distribution-spec, "Listing Tags"). Registries that ignore `n` send all at once. Entries that are no tags are passed over. */
export async function* listTags(
  site: Site,
  { pageSize, last, maxPages, signal }: TagsOptions,
): AsyncGenerator<string, void, undefined> {
  const first = repositoryUrl(site, 'tags/list')
  if (pageSize !== undefined) first.searchParams.set('n', String(pageSize))
  if (last !== undefined) first.searchParams.set('last', last)
  const format = namedList(site, 'tags', isTag)
  for await (const batch of listPages(site, first, format, { about: { subject: 'tags' }, maxPages, signal }))
    yield* batch
}
