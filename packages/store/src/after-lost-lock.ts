import { isLadingError } from '@lading/errors'

/** A process that is put to sleep again and again under the lock gets no further: then its user is told. */
const attempts = 5

/**
 * Does again what ended because this process stood still under the lock so long that another one took it over. Nothing
 * of it was written then, and what it looked at is looked at again.
 *
 * @throws `LOCK_LOST` after the fifth time
 */
export async function despiteLostLock<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run()
    } catch (error) {
      if (attempt === attempts || !isLadingError(error, 'LOCK_LOST')) throw error
    }
  }
}
