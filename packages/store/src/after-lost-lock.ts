import { sleep, type AbortOptions } from '@lading/clock'
import { isLadingError } from '@lading/errors'

/** A process that is put to sleep again and again under the lock gets no further: then its user is told. */
const attempts = 5
/** Between two of them, where many change the same without a lock: a random part of it, doubled each time. In milliseconds. */
const pauseMs = 20

/**
 * Does again what ended because this process stood still under the lock so long that another one took it over, or, in
 * an engine without locks, because somebody else changed the same names first. Nothing of it was written then, and what
 * it looked at is looked at again.
 *
 * @throws `LOCK_LOST` after the fifth time
 */
export async function despiteLostLock<T>(run: () => Promise<T>, { signal }: AbortOptions = {}): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run()
    } catch (error) {
      if (attempt === attempts || !isLadingError(error, 'LOCK_LOST')) throw error
    }
    if (attempt > 1) await sleep(Math.random() * pauseMs * 2 ** attempt, { signal })
  }
}
