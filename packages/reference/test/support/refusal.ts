import { ImageReferenceError } from '../../src/index.ts'

/** The error that the call must throw. */
export function refusalOf(call: () => unknown): ImageReferenceError {
  let result: unknown
  try {
    result = call()
  } catch (error) {
    if (error instanceof ImageReferenceError) return error
    throw error
  }
  throw new Error(`accepted as ${String(result)}`)
}
