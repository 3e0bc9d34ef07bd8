import { blobChecks } from './blobs.ts'
import { listChecks } from './lists.ts'
import { manifestChecks } from './manifests.ts'
import type { Check } from './tried.ts'
import { uploadChecks } from './uploads.ts'

/** What the distribution spec and its official suite insist on. */
export const checks: readonly Check[] = [...blobChecks, ...uploadChecks, ...manifestChecks, ...listChecks]
