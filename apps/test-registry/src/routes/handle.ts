import { failure } from '../http/registry-errors.ts'
import { json, type RegistryRequest, type Reply } from '../http/message.ts'
import { isRepositoryName } from '../names.ts'
import type { Route } from '../route.ts'
import type { RegistryState } from '../state/repository-state.ts'
import type { Uploads } from '../state/uploads.ts'
import { blobs } from './blobs.ts'
import type { Limits, RouteContext } from './context.ts'
import { catalog, referrers, tags } from './lists.ts'
import { manifests } from './manifests.ts'
import { uploads } from './uploads.ts'

/** Everything the routes need besides the request. */
export interface Shelves {
  readonly state: RegistryState
  readonly uploads: Uploads
  readonly limits: Limits
  readonly referrers: boolean
}

/** The registry itself: a request in, the right answer out. Faults, pace and sockets are others' business. */
export async function handle(request: RegistryRequest, route: Route, shelves: Shelves): Promise<Reply> {
  const reading = request.method === 'GET' || request.method === 'HEAD'
  if (route.kind === 'ping') return reading ? json(200, {}) : failure('UNSUPPORTED')
  if (route.kind === 'catalog') return reading ? catalog(shelves.state, request.query) : failure('UNSUPPORTED')
  if (route.repository === undefined) return failure('UNSUPPORTED', undefined, { status: 404 })
  if (!isRepositoryName(route.repository)) return failure('NAME_INVALID', { name: route.repository })
  const context: RouteContext = { ...shelves, request, repository: route.repository, target: route.target ?? '' }
  switch (route.kind) {
    case 'manifest':
      return await manifests(context)
    case 'blob':
      return blobs(context)
    case 'upload':
      return await uploads(context)
    case 'tags':
      return reading ? tags(context) : failure('UNSUPPORTED')
    case 'referrers':
      return reading ? referrers(context) : failure('UNSUPPORTED')
    default:
      return failure('UNSUPPORTED', undefined, { status: 404 })
  }
}
