import type { AbortOptions } from '@lading/clock'
import { isLadingError } from '@lading/errors'

/** How a memory, a store and a registry say that there is nothing of a name or a digest. */
const absences: ReadonlySet<string> = new Set([
  'CONTENT_UNKNOWN',
  'IMAGE_UNKNOWN',
  'BLOB_UNKNOWN',
  'MANIFEST_UNKNOWN',
  'NAME_UNKNOWN',
])

/** Whether an error of a source says that the content is not there, rather than that it could not be had. */
export function isAbsence(error: unknown): boolean {
  return isLadingError(error) && absences.has(error.code)
}

/**
 * What was asked for with this signal, or `undefined` where it is not there.
 *
 * @throws the signal's reason, also where that is the absence of something else; every other error
 */
export async function unlessAbsent<T>(asked: Promise<T>, { signal }: AbortOptions): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    signal?.throwIfAborted()
    if (isAbsence(error)) return undefined
    throw error
  }
}
