import { tryParseDigest, type Digest } from '@lading/digest'
import type { Descriptor } from './descriptor.ts'

/** The digest by which a registry knows a schema 1 image: of the manifest without its signatures. */
export const schema1DigestKey = 'io.github.lading.schema1.digest'
/** The digest of the document that the registry sent, signatures included. */
const schema1EnvelopeKey = 'io.github.lading.schema1.envelope'

/**
 * The descriptor of the OCI manifest that stands for a schema 1 image in a store, with what a descriptor's own digest
 * cannot tell: what the registry calls the image, and where the document is kept that it sent.
 */
export function schema1Target(
  manifest: Descriptor,
  { digest, envelope }: { readonly digest: Digest; readonly envelope: Digest },
): Descriptor {
  return {
    ...manifest,
    annotations: { ...manifest.annotations, [schema1DigestKey]: digest, [schema1EnvelopeKey]: envelope },
  }
}

/** The digest by which a registry knows what a store's entry points to: its own, except for an image that came as schema 1. */
export function registryDigestOf(target: Pick<Descriptor, 'digest' | 'annotations'>): Digest {
  return digestIn(target, schema1DigestKey) ?? target.digest
}

/** The blob that a store keeps beside a schema 1 image: the document as it came. */
export function schema1EnvelopeOf(target: Pick<Descriptor, 'annotations'>): Digest | undefined {
  return digestIn(target, schema1EnvelopeKey)
}

const digestIn = ({ annotations }: Pick<Descriptor, 'annotations'>, key: string): Digest | undefined =>
  tryParseDigest(annotations?.[key] ?? '')
