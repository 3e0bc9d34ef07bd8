import { isLadingError } from '@lading/errors'
import { Interruption } from './cli-error.ts'
import { classOf } from './error-classes.ts'
import { exitCodes, type ExitCode } from './exit-codes.ts'

/** Codes that a file system and a registry both use: an error about a path is the store's. */
const aboutPaths: ReadonlySet<string> = new Set(['NOT_FOUND', 'TOO_LARGE'])

/** What the process exits with for this error. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof Interruption) return error.exitCode
  if (!isLadingError(error)) return exitCodes.failure
  const { path, host } = error.facts
  if (aboutPaths.has(error.code) && path !== undefined && host === undefined) return exitCodes.storage
  return exitCodes[classOf(error.code)]
}
