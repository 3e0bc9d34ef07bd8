import { reply, type Reply } from '../http/message.ts'
import type { Upload } from '../state/uploads.ts'
import type { RouteContext } from './context.ts'

/** Where an upload stands: `Location` and `Range` (distribution spec, "Pushing a blob in chunks"). */
export function where({ quirks }: RouteContext, upload: Upload): Record<string, string> {
  const { size } = upload.receiver
  return {
    location: `/v2/${upload.repository}/blobs/uploads/${upload.id}${quirks.statefulLocations === true ? `?_state=${size}` : ''}`,
    // An empty session cannot be written in this form; Docker's registry says 0-0 for it.
    range: `0-${Math.max(0, size - 1)}`,
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
