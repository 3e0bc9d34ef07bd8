import type { Digest } from '@lading/digest'
import type { Descriptor, Platform } from '@lading/manifest'

/** Bytes with the descriptor that names them. With a lie on purpose, `descriptor` is the lie and `digest` and `size` are the truth. */
export interface BuiltContent {
  readonly bytes: Uint8Array
  readonly digest: Digest
  /** In bytes. */
  readonly size: number
  readonly mediaType: string
  readonly descriptor: Descriptor
}

export interface BuiltLayer extends BuiltContent {
  /** Of `tar`, truly. What the config says may be a lie on purpose. */
  readonly diffId: Digest
  readonly tar: Uint8Array
  /** False for a foreign layer and with `{ stored: false }`: the registry has no such blob. */
  readonly stored: boolean
}

interface BuiltManifest extends BuiltContent {
  /** `undefined` for one that has no name of its own: seeded as a child of an index. */
  readonly repository: string | undefined
  readonly tag: string | undefined
  /** What `bytes` say. */
  readonly document: Readonly<Record<string, unknown>>
}

export interface BuiltImage extends BuiltManifest {
  readonly kind: 'manifest'
  readonly config: BuiltContent
  /** Base first. */
  readonly layers: readonly BuiltLayer[]
  readonly platform: Platform | undefined
}

export interface BuiltIndex extends BuiltManifest {
  readonly kind: 'index'
  /** The children that the registry gets, in the order of the index. */
  readonly manifests: readonly (BuiltImage | BuiltIndex)[]
}

/** A Docker schema 1 manifest, which has no config. */
export interface BuiltSchema1 extends BuiltManifest {
  readonly kind: 'schema1'
  /** What its digest is over: `bytes` without the signature. */
  readonly payload: Uint8Array
  /** Base first, one for each step; of a throwaway step the empty one. */
  readonly layers: readonly BuiltLayer[]
  readonly platform: Platform
}

export type Built = BuiltImage | BuiltIndex | BuiltSchema1

/** Something `seed` takes: a builder or what it built. */
export interface Buildable<Made extends Built> {
  build(): Made
}
