import type { Digest } from '@lading/digest'
import { isLadingError } from '@lading/errors'
import type { PullJob } from './pull-job.ts'

/** What a pull was told of already. */
const told = new WeakMap<PullJob['emit'], Set<string>>()

/**
 * Whether a store said of content that it is not here, that it is damaged, or that its file cannot be read: the registry
 * has a good one. Of a bad copy the user is told once, since disks that spoil one file spoil others.
 */
export function isToBeFetched({ emit }: Pick<PullJob, 'emit'>, error: unknown): boolean {
  if (isLadingError(error, 'CONTENT_UNKNOWN')) return true
  if (!isLadingError(error, 'CONTENT_DAMAGED') && !isLadingError(error, 'CONTENT_UNREADABLE')) return false
  const known = told.get(emit) ?? new Set()
  told.set(emit, known)
  if (!known.has(error.message))
    emit({ type: 'warning', code: error.code, message: `${error.message}; it is downloaded again` })
  known.add(error.message)
  return true
}

/** Whether the blob that is here can be read and is what its digest says. It may have been collected since we looked. */
export async function isSound(
  job: Pick<PullJob, 'store' | 'emit'>,
  digest: Digest,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await job.store.contents.verify(digest, { signal })
    return true
  } catch (error) {
    signal.throwIfAborted()
    if (!isToBeFetched(job, error)) throw error
    return false
  }
}
