/** The format, from the first bytes. `none`: anything that is neither, which for a layer means a plain tar. */
export type CompressionKind = 'gzip' | 'zstd' | 'none'

/** The formats that are detected; the last two are not supported. */
export type Sniffed = CompressionKind | 'bzip2' | 'xz'

/** One entry a byte: the values that fit. */
type Signature = readonly ((byte: number) => boolean)[]

const is = (...bytes: number[]): Signature => bytes.map((wanted) => (byte: number) => byte === wanted)
const level = (byte: number): boolean => byte >= 0x31 && byte <= 0x39

const signatures: readonly (readonly [Sniffed, Signature])[] = [
  ['gzip', is(0x1f, 0x8b, 0x08)],
  ['zstd', is(0x28, 0xb5, 0x2f, 0xfd)],
  // A skippable frame may come first, as the writers of seekable archives do (RFC 8878, section 3.1.2).
  ['zstd', [(byte) => (byte & 0xf0) === 0x50, ...is(0x2a, 0x4d, 0x18)]],
  // The first three bytes of bzip2 are letters, and a plain tar may well start with a file named BZhistory: ask for the block's magic too.
  ['bzip2', [...is(0x42, 0x5a, 0x68), level, ...is(0x31, 0x41, 0x59, 0x26, 0x53, 0x59)]],
  ['bzip2', [...is(0x42, 0x5a, 0x68), level, ...is(0x17, 0x72, 0x45, 0x38, 0x50, 0x90)]],
  ['xz', is(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00)],
]

/** The longest signature, in bytes. */
export const sniffLength: number = Math.max(...signatures.map(([, signature]) => signature.length))

/**
 * Detects how content is compressed from its first bytes (RFC 1952 2.3.1, RFC 8878 3.1.1 and 3.1.2). `undefined`: more bytes are
 * needed, at most ten; if there are no more, it is `none`.
 */
export function sniff(start: Uint8Array): Sniffed | undefined {
  let undecided = false
  for (const [kind, signature] of signatures) {
    const seen = Math.min(start.length, signature.length)
    let at = 0
    while (at < seen && signature[at]?.(start[at] as number) === true) at++
    if (at < seen) continue
    if (at === signature.length) return kind
    undecided = true
  }
  return undecided ? undefined : 'none'
}
