import { fromJson, struct, type Struct } from '../format/value.ts'
import { formatAge, timeOf } from '../text/age.ts'
import { localRfc3339 } from '../text/local-time.ts'
import { formatSize } from '../text/size.ts'

export interface ShownStep {
  readonly id: string
  /** RFC 3339. */
  readonly created: string | undefined
  readonly createdBy: string
  readonly comment: string
  readonly size: number
  /** What `--json` shows of it. */
  readonly ours: object
}

/** What `docker history --format` sees of a step. @param human `false`: sizes in bytes, and times in place of ages */
export function historyRow({ id, created, createdBy, comment, size, ours }: ShownStep, human: boolean): Struct {
  const time = timeOf(created)
  const at = time === undefined ? 'N/A' : localRfc3339(time)
  return struct(
    {
      Comment: comment,
      CreatedAt: at,
      CreatedBy: createdBy,
      CreatedSince: human ? formatAge(time) : at,
      ID: id,
      Size: human ? formatSize(size, 3) : String(size),
    },
    { beside: Object.fromEntries(Object.entries(ours).map(([name, value]) => [name, fromJson(value)] as const)) },
  )
}

export const historyHeadings: Struct = struct({
  Comment: 'COMMENT',
  CreatedAt: 'CREATED AT',
  CreatedBy: 'CREATED BY',
  CreatedSince: 'CREATED',
  ID: 'IMAGE',
  Size: 'SIZE',
  id: 'ID',
  created: 'CREATED',
  createdBy: 'CREATED BY',
  author: 'AUTHOR',
  comment: 'COMMENT',
  size: 'SIZE',
  digest: 'DIGEST',
  diffId: 'DIFF ID',
})
