import { isRepositoryPath } from '@lading/reference'
import { catalogScope } from '../auth/scopes.ts'
import { RegistryError } from '../errors/registry-error.ts'
import type { Site } from '../site/site.ts'
import { namedList } from './named-list.ts'
import { listPages } from './pages.ts'
import type { TagsOptions } from './tags.ts'

/**
 * Every repository of a registry, as far as it tells (Docker's `_catalog`, which the distribution spec leaves out).
 * Entries that are no repository's path are passed over.
 */
export async function* listCatalog(
  site: Site,
  { pageSize, maxPages, signal }: TagsOptions,
): AsyncGenerator<string, void, undefined> {
  const first = new URL(`${site.base}${site.api ?? '/v2'}/_catalog`)
  if (pageSize !== undefined) first.searchParams.set('n', String(pageSize))
  const format = namedList(site, 'repositories', isRepositoryPath)
  const options = { about: { subject: 'registry' }, scope: catalogScope, maxPages, signal } as const
  try {
    for await (const batch of listPages(site, first, format, options)) yield* batch
  } catch (error) {
    throw explained(error)
  }
}

const refusals: ReadonlySet<string> = new Set([
  'UNAUTHORIZED',
  'DENIED',
  'TOKEN_FAILED',
  'UNSUPPORTED',
  'NAME_UNKNOWN',
  'NOT_FOUND',
])

function explained(error: unknown): unknown {
  if (!(error instanceof RegistryError) || !refusals.has(error.code)) return error
  const { code, message, facts, reported, retryAfterMs } = error
  return new RegistryError(code, message, {
    ...facts,
    reported,
    retryAfterMs,
    cause: error,
    hint: 'many registries list their repositories to administrators only, or to nobody',
  })
}
