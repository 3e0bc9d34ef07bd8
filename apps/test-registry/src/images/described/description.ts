import type { Descriptor, Platform } from '@lading/manifest'
import type { LayerCompression } from '../compress.ts'
import type { Flavour } from '../layer.ts'

/** A string is UTF-8 text. */
export type BytesDescription = string | { readonly base64: string }

export interface FileDescription {
  readonly type?: 'file' | 'directory' | 'symlink' | 'hardlink' | 'character' | 'block' | 'fifo' | undefined
  readonly content?: BytesDescription | undefined
  readonly target?: string | undefined
  /** A number, or octal as in `"0755"`. */
  readonly mode?: number | string | undefined
  readonly uid?: number | undefined
  readonly gid?: number | undefined
  readonly mtime?: number | undefined
}

/** One of `files`, `tar`, `random` and `blob`, and the options of the image builder's `.layer()`. */
export interface LayerDescription {
  readonly files?: Readonly<Record<string, BytesDescription | FileDescription>> | undefined
  /** The layer as a tar archive; beside `blob`: what that should inflate to. */
  readonly tar?: BytesDescription | undefined
  /** Of one file that does not compress, in bytes. At most 256 MiB in all. */
  readonly random?: number | undefined
  /** Of `random`. Default 1. */
  readonly seed?: number | undefined
  /** The blob as it is served, compressed elsewhere or broken. */
  readonly blob?: BytesDescription | undefined
  readonly compression?: LayerCompression | undefined
  readonly level?: number | undefined
  readonly mediaType?: string | undefined
  readonly annotations?: Readonly<Record<string, string>> | undefined
  readonly urls?: readonly string[] | undefined
  readonly stored?: boolean | undefined
  readonly embed?: boolean | undefined
  readonly claimedDigest?: string | undefined
  readonly claimedSize?: number | undefined
  readonly claimedDiffId?: string | undefined
}

/** What images, artifacts and indexes have in common. */
interface CommonDescription {
  /** `t/app:1`; only a child of an index may have none. */
  readonly name?: string | undefined
  readonly annotations?: Readonly<Record<string, string>> | undefined
  /** A descriptor, or the name of something described earlier in the same document. */
  readonly subject?: string | Descriptor | undefined
  readonly mediaTypes?: Flavour | undefined
  readonly withoutMediaType?: boolean | undefined
  /** Of a child: its entry in the index, in place of what follows from the child. */
  readonly entry?: EntryDescription | undefined
}

export interface ImageDescription extends CommonDescription {
  readonly layers?: readonly LayerDescription[] | undefined
  readonly platform?: string | Platform | undefined
  readonly config?: Readonly<Record<string, unknown>> | undefined
  readonly configMembers?: Readonly<Record<string, unknown>> | undefined
  readonly rawConfig?: { readonly content: BytesDescription; readonly mediaType: string } | undefined
  readonly history?: readonly Readonly<Record<string, unknown>>[] | undefined
  readonly artifactType?: string | undefined
  readonly diffIds?: readonly string[] | undefined
  readonly manifestMembers?: Readonly<Record<string, unknown>> | undefined
}

/** An empty config and these blobs. It is `blobs` that makes it an artifact. */
export interface ArtifactDescription extends Omit<ImageDescription, 'layers' | 'rawConfig'> {
  readonly artifactType: string
  readonly blobs: readonly {
    readonly mediaType: string
    readonly content: BytesDescription
    readonly title?: string | undefined
  }[]
}

/** It is `manifests` that makes it an index. */
export interface IndexDescription extends CommonDescription {
  readonly manifests: readonly (ChildDescription | AttestationDescription)[]
  readonly indexMembers?: Readonly<Record<string, unknown>> | undefined
}

type ChildDescription = ImageDescription | ArtifactDescription | IndexDescription

/** A Docker schema 1 manifest: it is `schema1` that makes it one. */
export interface Schema1Description {
  readonly schema1: true
  readonly name: string
  /** Base first; a layer may have `image`, members of its own image JSON. `{ "throwaway": { … } }` is a step without files. */
  readonly layers?:
    | readonly (
        | (LayerDescription & { readonly image?: Readonly<Record<string, unknown>> | undefined })
        | { readonly throwaway: Readonly<Record<string, unknown>> }
      )[]
    | undefined
  readonly platform?: string | Platform | undefined
  readonly config?: Readonly<Record<string, unknown>> | undefined
  /** Default true. */
  readonly signed?: boolean | undefined
  readonly members?: Readonly<Record<string, unknown>> | undefined
  readonly membersBesideSigned?: Readonly<Record<string, unknown>> | undefined
  readonly brokenSignature?: boolean | undefined
}

/** An attestation, as BuildKit writes it, of a child image that stands before it: its position, from 0. */
export interface AttestationDescription {
  readonly attest: number
}

export interface EntryDescription {
  readonly platform?: string | Platform | null | undefined
  readonly annotations?: Readonly<Record<string, string>> | undefined
  readonly stored?: boolean | undefined
  readonly members?: Readonly<Record<string, unknown>> | undefined
}

/** The image builder as JSON. `{ "sample": true }` stands for `sampleImages()`. */
export type Description =
  | ImageDescription
  | ArtifactDescription
  | IndexDescription
  | Schema1Description
  | { readonly sample: true }
