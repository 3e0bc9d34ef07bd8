import type { Digest } from '@lading/digest'

/** A Docker schema 1 manifest (distribution 2.8, manifest-v2-1.md). What it says is not verified before `verifySchema1`. */
export interface Schema1Manifest {
  readonly kind: 'schema1'
  readonly schemaVersion: 1
  readonly mediaType: string
  /** The repository it was pushed to, without the registry: `library/busybox`. */
  readonly name: string
  readonly tag: string
  /** `''` where the document does not say. */
  readonly architecture: string
  /** **Top first**, the other way round than in every later format. */
  readonly fsLayers: readonly Digest[]
  /** The JSON text of each layer's image before Docker 1.10; as many and in the same order. */
  readonly history: readonly string[]
  /** What the digest of the manifest is over and what was signed: the document without its signatures. */
  readonly payload: Uint8Array
  /** Empty: not signed. */
  readonly signatures: readonly Schema1Signature[]
}

/** One signature block, as it stands in the document. */
export interface Schema1Signature {
  /** Where it stands: `$.signatures[0]`. */
  readonly path: string
  /** `ES256`, `RS256` …; not yet known to be one we can verify. */
  readonly algorithm: string
  /** base64url, as it stands there: it is signed in this form, before the payload. */
  readonly protectedHeader: string
  readonly signature: Uint8Array
  /** The signer's public key (RFC 7517), beside the signature. */
  readonly jwk?: Readonly<Record<string, unknown>> | undefined
  /** Certificates in DER (`x5c`), the signer's first. */
  readonly chain?: readonly Uint8Array[] | undefined
}

/** What `withSchema1` adds to a registry of schemas. */
export interface Schema1Documents {
  readonly 'application/vnd.docker.distribution.manifest.v1+json': Schema1Manifest
  readonly 'application/vnd.docker.distribution.manifest.v1+prettyjws': Schema1Manifest
}
