import { verifyBytes } from '@lading/digest/hash'
import type { Descriptor } from '@lading/manifest'

/** A manifest, an index or a config with its exact bytes. */
export interface Document {
  readonly descriptor: Descriptor
  readonly bytes: Uint8Array
}

/**
 * The document that a descriptor carries in `data` (image-spec, descriptor.md), verified.
 *
 * @throws DigestError for bytes that are not what the descriptor says
 */
export function embeddedDocument(descriptor: Descriptor): Document | undefined {
  const { data } = descriptor
  if (data === undefined) return undefined
  verifyBytes(data, descriptor)
  return { descriptor, bytes: data }
}
