import { DigestError, type Digest, parseDigest } from '@lading/digest'
import { at, colon, dot, isLowerHex, isUpper, slash } from './characters.ts'
import { type Cursor, end, peek, skip } from './cursor.ts'
import { defaultDomain, domainAliases, officialPrefix } from './docker-hub.ts'
import { type ImageReferenceErrorCode, refuse } from './reference-error.ts'
import type { ReferenceParts } from './reference.ts'
import { scanDomain } from './scan-domain.ts'
import { maxPathLength, scanPath } from './scan-path.ts'
import { scanTag } from './scan-tag.ts'

/** Whether the text names an image ID rather than a repository: 64 lower-case hexadecimal digits and nothing else. */
export function isIdentifier(cursor: Cursor): boolean {
  if (cursor.text.length !== 64) return false
  const hex = skip(cursor, isLowerHex)
  cursor.at = 0
  return hex === 64
}

/** Whether the part before the first slash is a host: `localhost`, or it has a dot, a colon or an upper-case letter. */
export function startsWithDomain(cursor: Cursor): boolean {
  let looksLikeHost = false
  for (let unit = peek(cursor); unit !== slash; unit = peek(cursor)) {
    if (unit === end) {
      cursor.at = 0
      return false
    }
    looksLikeHost ||= unit === dot || unit === colon || isUpper(unit)
    cursor.at++
  }
  const first = cursor.text.slice(0, Math.min(cursor.at, 'localhost'.length + 1))
  cursor.at = 0
  return looksLikeHost || first === 'localhost'
}

function scanDigest(cursor: Cursor): Digest {
  const { text, at: start } = cursor
  cursor.steps += text.length - start
  cursor.at = text.length
  try {
    return parseDigest(text.slice(start))
  } catch (cause) {
    if (!(cause instanceof DigestError)) throw cause
    const { message, code, hint, facts } = cause
    return refuse(text, code as ImageReferenceErrorCode, start + (facts.offset ?? 0), message, {
      cause,
      hint,
      expected: facts.expected,
      actual: facts.actual,
    })
  }
}

/** The parts of a reference's text, normalised. One pass, at most a second one over what stands before the first slash. */
export function scanReference(cursor: Cursor): ReferenceParts {
  const { text } = cursor
  if (text === '') refuse(text, 'REFERENCE_EMPTY', 0, 'it is empty', { hint: 'name an image, for example alpine:3.20' })
  if (isIdentifier(cursor)) {
    refuse(text, 'REFERENCE_HEX_NAME', 0, '64 hexadecimal digits are an image ID, not a repository', {
      hint: `an image ID cannot be asked of a registry; for a repository of that name write ${defaultDomain}/${text}`,
    })
  }
  let domain = defaultDomain
  if (startsWithDomain(cursor)) {
    scanDomain(cursor)
    const written = text.slice(0, cursor.at)
    domain = domainAliases.get(written) ?? written
    cursor.at++
  }
  const start = cursor.at
  scanPath(cursor)
  const written = text.slice(start, cursor.at)
  const path = domain === defaultDomain && !written.includes('/') ? officialPrefix + written : written
  if (path.length > maxPathLength) {
    refuse(
      text,
      'REFERENCE_TOO_LONG',
      start + written.length - (path.length - maxPathLength),
      `the repository has ${path.length} characters`,
      {
        expected: maxPathLength,
        actual: path.length,
        hint: `a repository has at most ${maxPathLength} characters after the host`,
      },
    )
  }
  let tag: string | undefined
  let digest: Digest | undefined
  if (peek(cursor) === colon) {
    cursor.at++
    tag = scanTag(cursor)
  }
  if (peek(cursor) === at) {
    cursor.at++
    digest = scanDigest(cursor)
  }
  return { domain, path, tag, digest }
}
