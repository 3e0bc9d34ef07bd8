import type { Digest } from '@lading/digest'
import { defaultDomain, domainAliases } from './docker-hub.ts'
import { maxPathLength } from './scan-path.ts'
import type { ReferenceParts } from './reference.ts'

// One reading each and none of them twice, so that the engine's matching is linear too.
const domain =
  /(?:[a-z0-9]+(?:-+[a-z0-9]+)*(?:\.[a-z0-9]+(?:-+[a-z0-9]+)*)+(?::[0-9]+)?|[a-z0-9]+(?:-+[a-z0-9]+)*:[0-9]+|localhost)/
const component = /[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*/
const form = new RegExp(
  `^(${domain.source})/(${component.source}(?:/${component.source})*)(?::([A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$`,
)
/** Longer than any domain in use, a path, a tag and a digest. */
const longest = 700

/**
 * The parts of a text that is written in full and in the ordinary characters, as nearly every name in a store is:
 * a fixed form is the engine's business. Undefined: it is another one, or none, and `scanReference` has the word.
 */
export function scanCanonical(text: string): ReferenceParts | undefined {
  if (text.length > longest) return undefined
  const found = form.exec(text)
  if (found === null) return undefined
  const [, host = '', path = '', tag, digest] = found
  if (path.length > maxPathLength || domainAliases.has(host)) return undefined
  if (host === defaultDomain && !path.includes('/')) return undefined
  return { domain: host, path, tag, digest: digest as Digest | undefined }
}
