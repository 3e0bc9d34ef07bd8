export type Algorithm = 'sha256' | 'sha384' | 'sha512'
/** `algorithm:hex`, lower case. */
export type Digest = `${Algorithm}:${string}`
