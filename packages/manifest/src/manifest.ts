import type { Descriptor } from './descriptor.ts'

/** A Docker schema 2 manifest or an OCI image manifest: one image, or an artifact. */
export interface ImageManifest {
  readonly kind: 'manifest'
  readonly schemaVersion: 2
  /** What the bytes are, decided by descriptor or content type; the document's own member may be absent (umoci). */
  readonly mediaType: string
  readonly config: Descriptor
  /** Base first. */
  readonly layers: readonly Descriptor[]
  readonly artifactType?: string | undefined
  readonly subject?: Descriptor | undefined
  readonly annotations?: Readonly<Record<string, string>> | undefined
}

/** A Docker manifest list or an OCI image index. */
export interface ImageIndex {
  readonly kind: 'index'
  readonly schemaVersion: 2
  readonly mediaType: string
  readonly manifests: readonly Descriptor[]
  readonly artifactType?: string | undefined
  readonly subject?: Descriptor | undefined
  readonly annotations?: Readonly<Record<string, string>> | undefined
}

/** What the ready-made schema registry decodes. Discriminated by `kind`. */
export type Manifest = ImageManifest | ImageIndex
