import { failure } from '../http/registry-errors.ts'
import type { Reply } from '../http/message.ts'
import type { RouteContext } from './context.ts'
import { page } from './page.ts'

/** Distribution spec, "Listing Tags". */
export function tags({ request, state, repository, quirks }: RouteContext): Reply {
  const found = state.repositories.get(repository)
  if (found === undefined || ((quirks.repositoryOfBlobs ?? 'whole') !== 'whole' && !found.hadManifests))
    return failure('NAME_UNKNOWN', { name: repository })
  return page([...found.tags.keys()], {
    query: request.query,
    path: `/v2/${repository}/tags/list`,
    most: quirks.maxPageSize,
    sorted: quirks.sortedTags !== false,
    body: (items) => ({ name: repository, tags: items }),
  })
}

/** Docker's `_catalog`. */
export function catalog({ state, quirks }: Pick<RouteContext, 'state' | 'quirks'>, query: URLSearchParams): Reply {
  const asked = query.get('n')
  if (asked !== null && Number(asked) > (quirks.maxCatalogNumber ?? Number.POSITIVE_INFINITY))
    return failure('PAGINATION_NUMBER_INVALID', { n: asked })
  const listed = [...state.repositories].filter(
    ([, repository]) => quirks.repositoryOfBlobs !== 'unlisted' || repository.hadManifests,
  )
  return page(
    listed.map(([name]) => name),
    {
      query,
      path: '/v2/_catalog',
      most: quirks.maxPageSize,
      body: (repositories) => ({ repositories }),
    },
  )
}
