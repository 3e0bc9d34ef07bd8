import { blobChecks } from './blobs.ts'
import type { Check } from './check.ts'
import { chunkChecks } from './chunks.ts'
import { deleteChecks } from './deletes.ts'
import { kindChecks } from './kinds.ts'
import { listChecks } from './lists.ts'
import { manifestChecks } from './manifests.ts'
import { mountChecks } from './mounts.ts'
import { rangeChecks } from './ranges.ts'
import { referrerChecks } from './referrers.ts'

/** What the distribution spec (1.1.1 and its main branch) and its official suite insist on. */
export const allChecks: readonly Check[] = [
  ...blobChecks,
  ...rangeChecks,
  ...chunkChecks,
  ...mountChecks,
  ...manifestChecks,
  ...kindChecks,
  ...listChecks,
  ...referrerChecks,
  ...deleteChecks,
]
