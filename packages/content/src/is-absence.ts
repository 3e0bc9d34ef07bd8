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
