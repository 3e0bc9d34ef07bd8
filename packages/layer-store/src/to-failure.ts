import { isLadingError } from '@lading/errors'
import type { Failure } from './job.ts'

/** What of an error survives the way between threads. */
export function toFailure(error: unknown): Failure {
  if (isLadingError(error))
    return {
      name: error.name,
      code: error.code,
      message: error.message,
      options: { ...error.facts, hint: error.hint },
    }
  const { code = '', message = String(error) } = (error ?? {}) as Partial<NodeJS.ErrnoException>
  return { name: 'Error', code, message, options: {} }
}
