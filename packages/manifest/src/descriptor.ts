import type { Digest } from '@lading/digest'
import type { Platform } from './platform.ts'

/** A content descriptor (OCI image-spec, descriptor.md): what the bytes are, which bytes, how many. */
export interface Descriptor {
  /** `''` only in Docker's own manifests, where old tools left it out. */
  readonly mediaType: string
  readonly digest: Digest
  /** Exact size in bytes: a safe integer, never negative. */
  readonly size: number
  /** Other places to fetch the very bytes from (http or https). Data, never followed unless the user allowed it. */
  readonly urls?: readonly string[] | undefined
  readonly annotations?: Readonly<Record<string, string>> | undefined
  /** The bytes themselves, embedded. Decoded from base64, not yet verified against `digest`. */
  readonly data?: Uint8Array | undefined
  readonly artifactType?: string | undefined
  /** Only in an index. */
  readonly platform?: Platform | undefined
}
