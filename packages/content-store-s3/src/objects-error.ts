import { LadingError, isLadingError, nameErrors, type ErrorOptions } from '@lading/errors'

/**
 * What an object store can answer that is about itself and not about an object.
 *
 * - `STORE_BUSY`: it asks to be tried again (HTTP 409, 500, 502, 503, 504). Whether the request took effect is not known.
 * - `STORE_SILENT`: no answer came. Whether the request took effect is not known.
 */
export type ObjectsErrorCode = 'STORE_BUSY' | 'STORE_SILENT'

/** Every error about the object store itself. */
export class ObjectsError extends LadingError<ObjectsErrorCode> {
  constructor(code: ObjectsErrorCode, message: string, options: ErrorOptions = {}) {
    super(code, message, options)
  }
}

nameErrors(ObjectsError, 'ObjectsError')

const passing: ReadonlySet<string> = new Set([
  'STORE_BUSY',
  'STORE_SILENT',
  'S3_BUSY',
  'S3_UNAVAILABLE',
  'S3_UNREACHABLE',
  'S3_TIMEOUT',
])

/** Whether the same request may be answered when it is made again, and may have taken effect. */
export const mayPass = (error: unknown): boolean => isLadingError(error) && passing.has(error.code)
