import type { Document } from '@lading/content'
import type { Manifest } from '@lading/manifest'

/** A manifest or index with its bytes and what they say. */
export interface ReadDocument extends Document {
  readonly manifest: Manifest
}
