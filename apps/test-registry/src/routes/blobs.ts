import { failure } from '../http/registry-errors.ts'
import { reply, type Reply } from '../http/message.ts'
import { isDigest } from '../names.ts'
import { slice } from '../state/content.ts'
import { deleteBlob } from '../state/repository-state.ts'
import { noneMatch } from './conditions.ts'
import type { RouteContext } from './context.ts'
import { digestHeader } from './digest-header.ts'
import { parseRange } from './range.ts'
import { rangeErrorOfGo } from './range-error-of-go.ts'

/** GET and HEAD of a blob with ranges (distribution spec, "Pulling blobs"), and DELETE. */
export async function blobs(context: RouteContext): Promise<Reply> {
  const { request, state, target, quirks } = context
  if (!isDigest(target)) return failure('DIGEST_INVALID', { digest: target })
  const repository = state.repositories.get(context.repository)
  const content = repository?.blobs.get(target)
  if (repository === undefined || content === undefined) return failure('BLOB_UNKNOWN', { digest: target })
  if (request.method === 'DELETE') {
    if (quirks.deleteContent === false) return failure('UNSUPPORTED')
    deleteBlob(state, repository, target)
    return reply(202)
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') return failure('UNSUPPORTED')
  const digest = digestHeader(target, () => content.bytes(), quirks)
  const etag = `"${digest['docker-content-digest'] ?? target}"`
  const named = { etag, 'cache-control': 'max-age=31536000', ...digest }
  if (!noneMatch(request.headers['if-none-match'], etag)) return reply(304, named)
  if ((quirks.redirectBlobs ?? false) !== false && context.caller.signedUrl !== undefined)
    return reply(307, { location: context.caller.signedUrl() })
  const headers = {
    'content-type': 'application/octet-stream',
    'accept-ranges': 'bytes',
    ...named,
  }
  const ifRange = request.headers['if-range']
  // RFC 9110 13.1.5: a validator that is not ours means that the client holds something else, so it gets everything.
  const ranged = request.method === 'GET' && quirks.ignoreRanges !== true && (ifRange === undefined || ifRange === etag)
  const asked = ranged ? request.headers.range : undefined
  const byGo = (quirks.rangeError ?? 'json') !== 'json'
  const range = byGo && asked?.startsWith('bytes=') === false ? 'unsatisfiable' : parseRange(asked, content.size)
  if (range === undefined) return reply(200, headers, content)
  if (range === 'unsatisfiable')
    return byGo
      ? rangeErrorOfGo(asked ?? '', {
          size: content.size,
          headers: quirks.rangeError === 'broken' ? { ...named, 'content-length': String(content.size) } : digest,
        })
      : failure(
          'RANGE_INVALID',
          { range: request.headers.range, size: content.size },
          { headers: { 'content-range': `bytes */${content.size}` } },
        )
  return reply(
    206,
    { ...headers, 'content-range': `bytes ${range.start}-${range.end - 1}/${content.size}` },
    slice(content, range.start, range.end),
  )
}
