import type { Usage } from '@lading/store'
import { struct, type Struct } from '../format/value.ts'
import { formatSize } from '../text/size.ts'
import { usageKinds } from '../text/usage-kinds.ts'

/** What `docker system df --format` sees: its row of images, and ours. What several images share is part of that row. */
export function usageRows(usage: Usage): readonly Struct[] {
  const images = new Set(usage.images.map(({ target }) => target.digest)).size
  return usageKinds(usage)
    .filter(({ kind }) => kind.trim() === kind)
    .map(({ kind, files, bytes, reclaimable }) =>
      struct(
        {
          Active: String(kind === 'Images' ? images : 0),
          Reclaimable: reclaimable ? formatSize(bytes, 4) : '0B (0%)',
          Size: formatSize(bytes, 4),
          TotalCount: String(kind === 'Images' ? images : files),
          Type: kind,
        },
        { beside: { kind, files, bytes } },
      ),
    )
}

export const usageHeadings: Struct = struct({
  Active: 'ACTIVE',
  Reclaimable: 'RECLAIMABLE',
  Size: 'SIZE',
  TotalCount: 'TOTAL',
  Type: 'TYPE',
  kind: 'KIND',
  files: 'FILES',
  bytes: 'BYTES',
})
