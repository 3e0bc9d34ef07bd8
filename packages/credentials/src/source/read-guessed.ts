import type { AbortOptions } from '@lading/clock'
import { readBounded, type ReadText } from '../config/read-bounded.ts'
import { CredentialError } from '../credential-error.ts'

const denied: ReadonlySet<string> = new Set(['EACCES', 'EPERM'])

/** Is it that this user may not read it? */
const mayNotBeRead = (error: unknown): error is CredentialError =>
  error instanceof CredentialError &&
  error.code === 'CREDENTIALS_UNREADABLE' &&
  denied.has(String((error.cause as { code?: unknown } | undefined)?.code))

/**
 * A file at a place that nobody named: where it may not be read it is somebody else's, left by a `sudo` or another user's
 * container, and nobody meant it to be used here.
 *
 * @throws as `readBounded`
 */
export async function readGuessed(
  path: string,
  options: AbortOptions,
): Promise<ReadText | CredentialError | undefined> {
  try {
    return await readBounded(path, options)
  } catch (error) {
    if (mayNotBeRead(error)) return error
    throw error
  }
}
