/** The algorithms this package can compute and verify. `sha256` is the one every registry speaks. */
export type Algorithm = 'sha256' | 'sha384' | 'sha512'

/**
 * `algorithm:hex`, lower case: `sha256:e3b0c442…`.
 *
 * The type holds the shape only; text from outside becomes a `Digest` through `parseDigest`.
 */
export type Digest = `${Algorithm}:${string}`

/** Hexadecimal digits of each algorithm's digest. A map, so that `constructor` is no algorithm. */
export const hexLengths: ReadonlyMap<string, number> = new Map<Algorithm, number>([
  ['sha256', 64],
  ['sha384', 96],
  ['sha512', 128],
])
