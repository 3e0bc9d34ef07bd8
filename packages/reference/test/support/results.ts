import {
  familiarString,
  ImageReferenceError,
  isNameOnly,
  matches,
  parseAnyReference,
  parseReference,
  sortReferences,
  withDefaultTag,
} from '../../src/index.ts'
import { accepted, refused } from './vectors.ts'

const patterns = ['*', '*:*', 'alpine', '[a-z]*', 'a?pine', '*/*', '[', 'a\\']

function endOf(call: () => unknown): unknown {
  try {
    return call()
  } catch (error) {
    if (!(error instanceof ImageReferenceError)) return String(error)
    return error.toJSON()
  }
}

/** All vectors through all of the package: what must be the same wherever JavaScript runs. */
export function results(): unknown {
  const texts = [...accepted, ...refused].map(([text]) => text)
  return {
    one: texts.map((text) => [endOf(() => parseReference(text)), endOf(() => parseAnyReference(text))]),
    whole: accepted.map(([text]) => {
      const reference = parseReference(text)
      return [
        String(reference),
        familiarString(reference),
        isNameOnly(reference),
        String(withDefaultTag(reference)),
        ...patterns.map((pattern) => endOf(() => matches(reference, pattern))),
      ]
    }),
    sorted: sortReferences(texts),
  }
}
