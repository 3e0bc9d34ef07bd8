import type { Digest } from '../../src/index.ts'

export const hex = (length: number): string => '0123456789abcdef'.repeat(8).slice(0, length)
export const good: readonly Digest[] = [`sha256:${hex(64)}`, `sha384:${hex(96)}`, `sha512:${hex(128)}`]

/** What it is, the text, the code of the error, and the offset it points to. */
export const refused: readonly (readonly [string, string, string, number])[] = [
  ['nothing at all', '', 'DIGEST_INVALID_FORMAT', 0],
  ['no colon', hex(64), 'DIGEST_INVALID_FORMAT', 64],
  ['no algorithm', `:${hex(64)}`, 'DIGEST_INVALID_FORMAT', 0],
  ['no hexadecimal', 'sha256:', 'DIGEST_INVALID_FORMAT', 7],
  ['upper-case hexadecimal', `sha256:${hex(63)}A`, 'DIGEST_INVALID_FORMAT', 70],
  ['letters past f', `sha256:${hex(63)}g`, 'DIGEST_INVALID_FORMAT', 70],
  ['base64', `sha256:${hex(62)}_=`, 'DIGEST_INVALID_FORMAT', 69],
  ['upper-case algorithm', `SHA256:${hex(64)}`, 'DIGEST_INVALID_FORMAT', 0],
  ['two colons', `sha256:sha256:${hex(57)}`, 'DIGEST_INVALID_FORMAT', 13],
  ['path upwards', `sha256:../${hex(61)}`, 'DIGEST_INVALID_FORMAT', 7],
  ['path inside', `sha256:${hex(31)}/${hex(32)}`, 'DIGEST_INVALID_FORMAT', 38],
  ['backslash', `sha256:${hex(31)}\\${hex(32)}`, 'DIGEST_INVALID_FORMAT', 38],
  ['NUL', `sha256:${hex(63)}\0`, 'DIGEST_INVALID_FORMAT', 70],
  ['line feed at the end', `sha256:${hex(64)}\n`, 'DIGEST_INVALID_FORMAT', 71],
  ['space in front', ` sha256:${hex(64)}`, 'DIGEST_INVALID_FORMAT', 0],
  ['path as algorithm', `../sha256:${hex(64)}`, 'DIGEST_INVALID_FORMAT', 0],
  ['doubled separator in the algorithm', `sha256++b64:${hex(64)}`, 'DIGEST_INVALID_FORMAT', 7],
  ['separator at the end of the algorithm', `sha256+:${hex(64)}`, 'DIGEST_INVALID_FORMAT', 7],
  ['full-width digits', `sha256:${hex(63)}\uff11`, 'DIGEST_INVALID_FORMAT', 70],
  ['one digit short', `sha256:${hex(63)}`, 'DIGEST_INVALID_LENGTH', 7],
  ['one digit more', `sha256:${hex(65)}`, 'DIGEST_INVALID_LENGTH', 7],
  ['the length of another algorithm', `sha512:${hex(64)}`, 'DIGEST_INVALID_LENGTH', 7],
  ['short blake3', `blake3:${hex(63)}`, 'DIGEST_INVALID_LENGTH', 7],
  ['md5', `md5:${hex(32)}`, 'DIGEST_UNSUPPORTED', 0],
  ['sha1', `sha1:${hex(40)}`, 'DIGEST_UNSUPPORTED', 0],
  ['an algorithm of several parts', `sha256+b64u:LCa0a2j_xo_5m0U8HTBBNBNCLXBkg7-g-YpeiGJm564`, 'DIGEST_UNSUPPORTED', 0],
  ['the name of a property', `constructor:${hex(64)}`, 'DIGEST_UNSUPPORTED', 0],
  ['blake3', `blake3:${hex(64)}`, 'DIGEST_BLAKE3_UNSUPPORTED', 0],
]
