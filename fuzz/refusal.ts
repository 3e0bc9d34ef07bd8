import { isLadingError, type LadingError } from '@lading/errors'

type ErrorClass = new (...given: never[]) => LadingError

// oxlint-disable-next-line no-control-regex
const unprintable = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufeff]/
const longestMessage = 4096

/** A property that does not hold, as opposed to an error that escaped. */
class Finding extends Error {}

export function holds(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Finding(what)
}

/**
 * What the call gives, or undefined when it refuses with its own error, which must be fit to show: short, printable, and
 * pointing into the input. Any other error passes through.
 */
export function unlessRefused<T>(type: ErrorClass, length: number, call: () => T): T | undefined {
  try {
    return call()
  } catch (error) {
    if (!(error instanceof type)) throw error
    assertFit(error, length)
    return undefined
  }
}

/** The same of a call that takes time, and may refuse with an error of any of our packages. */
export async function unlessRefusedLater<T>(length: number, call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call()
  } catch (error) {
    if (!isLadingError(error)) throw error
    assertFit(error, length)
    return undefined
  }
}

function assertFit(error: LadingError, length: number): void {
  const shown = [error.message, error.hint ?? '', ...Object.values(error.facts).map(String)].join('')
  holds(!unprintable.test(shown), `the error cannot be printed: ${JSON.stringify(shown)}`)
  holds(shown.length <= longestMessage, `the error is ${shown.length} units long`)
  holds(/^[A-Z][A-Z0-9_]+$/.test(error.code), `the error has the code "${error.code}"`)
  const { offset = 0 } = error.facts
  holds(offset >= 0 && offset <= length, `the error points to ${offset}, and the input ends at ${length}`)
}
