import { failure } from '../http/registry-errors.ts'
import { reply, type Reply } from '../http/message.ts'
import { isDigest } from '../names.ts'
import { memoryContent, slice } from '../state/content.ts'
import { noneMatch } from './conditions.ts'
import type { RouteContext } from './context.ts'
import { parseRange } from './range.ts'

/** GET and HEAD of a blob with ranges (distribution spec, "Pulling blobs"), and DELETE. */
export function blobs(context: RouteContext): Reply {
  const { request, state, target } = context
  if (!isDigest(target)) return failure('DIGEST_INVALID', { digest: target })
  const repository = state.repositories.get(context.repository)
  const bytes = repository?.blobs.get(target)
  if (repository === undefined || bytes === undefined) return failure('BLOB_UNKNOWN', { digest: target })
  if (request.method === 'DELETE') {
    repository.blobs.delete(target)
    return reply(202)
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') return failure('UNSUPPORTED')
  const content = memoryContent(bytes)
  const etag = `"${target}"`
  const headers = { 'content-type': 'application/octet-stream', 'docker-content-digest': target, etag, 'accept-ranges': 'bytes', 'cache-control': 'max-age=31536000' }
  if (!noneMatch(request.headers['if-none-match'], etag)) return reply(304, { etag, 'docker-content-digest': target })
  const ifRange = request.headers['if-range']
  // RFC 9110 13.1.5: a validator that is not ours means that the client holds something else, so it gets everything.
  const range = request.method === 'GET' && (ifRange === undefined || ifRange === etag) ? parseRange(request.headers.range, content.size) : undefined
  if (range === 'unsatisfiable') return failure('RANGE_INVALID', { range: request.headers.range, size: content.size }, { headers: { 'content-range': `bytes */${content.size}` } })
  if (range === undefined) return reply(200, headers, content)
  return reply(206, { ...headers, 'content-range': `bytes ${range.start}-${range.end - 1}/${content.size}` }, slice(content, range.start, range.end))
}
