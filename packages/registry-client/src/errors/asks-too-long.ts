import { RegistryError } from './registry-error.ts'

/** The error of a registry that asks for a longer wait than there is time for: said at once, and not after waiting in vain. */
export function asksTooLong(error: RegistryError, askedMs: number, leftMs: number): RegistryError {
  const { code, message, facts, reported } = error
  return new RegistryError(
    code,
    `${message}; it asks to wait for ${spanOf(askedMs)}, and the time limit of the request is reached in ${spanOf(leftMs)}`,
    {
      ...facts,
      reported,
      retryAfterMs: askedMs,
      asksTooLong: true,
      cause: error,
      hint: 'try again after that, or set a longer time limit (--request-timeout, `timeouts.total`)',
    },
  )
}

/** `90 s`, `3600 s (60 min)`: rounded up, so that whoever waits for so long has waited long enough. */
function spanOf(ms: number): string {
  const seconds = Math.ceil(ms / 1000)
  if (seconds < 300) return `${seconds} s`
  const minutes = Math.ceil(seconds / 60)
  return `${seconds} s (${minutes < 300 ? `${minutes} min` : `${Math.ceil(minutes / 60)} h`})`
}
