import { type Digest, tryParseDigest } from '@lading/digest'
import { cursorOn } from './cursor.ts'
import { ImageReferenceError, refuse, shown } from './reference-error.ts'
import { joinName, makeReference, nameOf, type Reference } from './reference.ts'
import { scanCanonical } from './scan-canonical.ts'
import { isIdentifier, scanReference } from './scan-reference.ts'

/**
 * The reference that a text means to a docker user: `alpine` is `docker.io/library/alpine`, `index.docker.io` is
 * `docker.io`. Tag and digest are both kept. The grammar is distribution/reference's, on top of the `<name>` and tag of
 * the OCI distribution-spec.
 *
 * A `Reference` is accepted too, and checked like text: use it where callers may pass either.
 *
 * @throws ImageReferenceError `REFERENCE_EMPTY`, `REFERENCE_HEX_NAME`, `DOMAIN_INVALID`, `REFERENCE_UPPERCASE`,
 * `REFERENCE_INVALID`, `REFERENCE_TOO_LONG`, `TAG_INVALID`, `TAG_TOO_LONG`, and the codes of `parseDigest`
 */
export function parseReference(input: string | Reference): Reference {
  if (typeof input === 'string') return makeReference(scanCanonical(input) ?? scanReference(cursorOn(input)))
  if (typeof input !== 'object' || input === null)
    refuse(String(input), 'REFERENCE_INVALID', 0, 'it is neither text nor a reference', {
      hint: 'pass a string such as alpine:3.20',
    })
  return parseCanonicalReference(joinName(nameOf(input), input))
}

/** The reference, or undefined where `parseReference` would throw. */
export function tryParseReference(input: string | Reference): Reference | undefined {
  try {
    return parseReference(input)
  } catch (error) {
    if (error instanceof ImageReferenceError) return undefined
    throw error
  }
}

/**
 * A reference from text that must be written in full already, as `String(reference)` writes it: for names read from files
 * and indexes, where a short name would be somebody's mistake.
 *
 * @throws ImageReferenceError as `parseReference`, and `REFERENCE_NOT_CANONICAL`
 */
export function parseCanonicalReference(text: string): Reference {
  const reference = parseReference(text)
  const canonical = String(reference)
  if (canonical === text) return reference
  const expected = shown(canonical)
  return refuse(text, 'REFERENCE_NOT_CANONICAL', 0, 'it is not written in full', {
    hint: `write ${expected}`,
    expected,
  })
}

/** What a word on a command line may mean. */
export type AnyReference =
  | { readonly kind: 'reference'; readonly reference: Reference }
  | { readonly kind: 'digest'; readonly digest: Digest }

/**
 * A digest when the text is one, or is 64 lower-case hexadecimal digits (then sha256); otherwise a reference. Shorter hexadecimal
 * text is a repository name here: searching by prefix is the business of who has the images.
 *
 * @throws ImageReferenceError as `parseReference`
 */
export function parseAnyReference(text: string): AnyReference {
  if (isIdentifier(cursorOn(text))) return { kind: 'digest', digest: `sha256:${text}` }
  const digest = tryParseDigest(text)
  return digest === undefined ? { kind: 'reference', reference: parseReference(text) } : { kind: 'digest', digest }
}
