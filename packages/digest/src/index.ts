export type { Algorithm, Digest } from './digest.ts'
export {
  DigestError,
  type DigestErrorCode,
  type DigestFormatErrorCode,
  type DigestMismatchErrorCode,
} from './digest-error.ts'
export { isDigest, parseDigest, tryParseDigest } from './parse-digest.ts'
export { algorithmOf, chainIdInput, formatDigest, hexOf, shortId } from './parts.ts'
