import { digestOf } from '@lading/digest/hash'
import type { BlobAddress } from '@lading/content-store'

export const bytes: Uint8Array = Uint8Array.from({ length: 90_000 }, (_, index) => (index * 31) & 0xff)
export const blob: BlobAddress = { digest: digestOf(bytes), size: bytes.length }
export const small: Uint8Array = bytes.subarray(0, 100)
export const smallDigest: BlobAddress['digest'] = digestOf(small)
export const earlier: Uint8Array = new TextEncoder().encode('here before')
