import type { Digest } from '@lading/digest'

export const f: Digest = `sha256:${'f'.repeat(64)}`
export const zeros: Digest = `sha256:${'0'.repeat(64)}`
export const wide: Digest = `sha512:${'f'.repeat(128)}`
