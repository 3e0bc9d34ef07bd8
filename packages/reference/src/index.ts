export { isNameOnly, withDefaultTag, withDigest, withTag, withoutTagAndDigest } from './change-reference.ts'
export { familiarName, familiarString, isReserved } from './familiar.ts'
export { isLayoutRefName } from './layout-ref-name.ts'
export { matches } from './matches.ts'
export {
  parseAnyReference,
  parseCanonicalReference,
  parseReference,
  tryParseReference,
  tryParseReference as tryParse,
  type AnyReference,
} from './parse-reference.ts'
export { isRepositoryPath, isTag, parseTag } from './parts.ts'
export { nameOf, type Reference } from './reference.ts'
export { ImageReferenceError, type ImageReferenceErrorCode } from './reference-error.ts'
export { sortReferences } from './sort-references.ts'
