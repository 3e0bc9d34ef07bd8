import { failure } from '../http/registry-errors.ts'
import { reply, type Reply } from '../http/message.ts'
import { isDigest, isTag } from '../names.ts'
import { memoryContent } from '../state/content.ts'
import { deleteManifest, findManifest, type RepositoryState } from '../state/repository-state.ts'
import { noneMatch } from './conditions.ts'
import type { RouteContext } from './context.ts'
import { putManifest } from './put-manifest.ts'

/** Manifests by tag or digest: GET, HEAD, PUT, DELETE. */
export function manifests(context: RouteContext): Reply | Promise<Reply> {
  const { request, state, target } = context
  if (target.includes(':') ? !isDigest(target) : !isTag(target)) {
    return target.includes(':') ? failure('DIGEST_INVALID', { digest: target }) : failure('TAG_INVALID', { tag: target })
  }
  if (request.method === 'PUT') return putManifest(context)
  const repository = state.repositories.get(context.repository)
  if (repository === undefined) return failure('NAME_UNKNOWN', { name: context.repository })
  if (request.method === 'DELETE') return remove(repository, target)
  if (request.method !== 'GET' && request.method !== 'HEAD') return failure('UNSUPPORTED')
  const found = findManifest(repository, target)
  if (found === undefined) return failure('MANIFEST_UNKNOWN', { name: context.repository, reference: target })
  const etag = `"${found.digest}"`
  const headers = { 'docker-content-digest': found.digest, etag }
  if (!noneMatch(request.headers['if-none-match'], etag)) return reply(304, headers)
  return reply(200, { 'content-type': found.mediaType, ...headers }, memoryContent(found.bytes))
}

function remove(repository: RepositoryState, target: string): Reply {
  const removed = isDigest(target) ? deleteManifest(repository, target) : repository.tags.delete(target)
  return removed ? reply(202) : failure('MANIFEST_UNKNOWN', { reference: target })
}
