import { reply, type Reply } from '../http/message.ts'
import type { Upload } from '../state/uploads.ts'
import type { RouteContext } from './context.ts'

/** How an upload has grown: what came first, what came last, in bytes. */
interface Growth {
  readonly first: number
  readonly last: number
  readonly size: number
}

const growths = new WeakMap<Upload, Growth>()

function growthOf(upload: Upload): Growth {
  const { size } = upload.receiver
  const before = growths.get(upload) ?? { first: 0, last: 0, size: 0 }
  if (size === before.size) return before
  const now = { first: before.first === 0 ? size : before.first, last: size - before.size, size }
  growths.set(upload, now)
  return now
}

/** Where an upload stands: `Location` and `Range` (distribution spec, "Pushing a blob in chunks"). */
export function where(
  { quirks: { statefulLocations, uploadRange = 'right' } }: RouteContext,
  upload: Upload,
): Record<string, string> {
  const growth = growthOf(upload)
  const { size } = growth
  const said = { right: size, stuck: growth.first, relative: growth.last, beyond: size + 1, none: 0 }[uploadRange]
  return {
    location: `/v2/${upload.repository}/blobs/uploads/${upload.id}${statefulLocations === true ? `?_state=${size}` : ''}`,
    // An empty session cannot be written in this form; Docker's registry says 0-0 for it.
    ...(uploadRange === 'none' ? {} : { range: `0-${Math.max(0, said - 1)}` }),
    'docker-upload-uuid': upload.id,
  }
}

export const progress = (context: RouteContext, upload: Upload, status: number): Reply =>
  reply(status, {
    ...where(context, upload),
    ...(context.quirks.chunkMinBytes === undefined || context.request.method !== 'POST'
      ? {}
      : { 'oci-chunk-min-length': String(context.quirks.chunkMinBytes) }),
  })

/** Whether the client called the session by its newest `Location`. */
export const isAt = ({ quirks, request }: RouteContext, { receiver }: Upload): boolean =>
  quirks.statefulLocations !== true || request.query.get('_state') === String(receiver.size)
