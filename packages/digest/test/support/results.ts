import { algorithmOf, chainIdInput, DigestError, hexOf, parseDigest, shortId } from '../../src/index.ts'
import { good, refused } from './vectors.ts'

function endOf(text: string): unknown {
  try {
    const digest = parseDigest(text)
    return [digest, algorithmOf(digest), hexOf(digest), shortId(digest), chainIdInput(digest, digest)]
  } catch (error) {
    return error instanceof DigestError ? error.toJSON() : String(error)
  }
}

/** All vectors through all of the text entry: what must be the same wherever JavaScript runs. */
export function results(): unknown {
  return [...good, ...refused.map(([, text]) => text)].map(endOf)
}
