import { openRecord, sealRecord } from '@lading/content-store'
import { tryParseDigest } from '@lading/digest'
import type { Descriptor } from '@lading/manifest'

/** A descriptor with what else a record says, as its bytes. */
export const sealDescriptor = (
  { mediaType, digest, size }: Descriptor,
  beside: Readonly<Record<string, unknown>>,
): Uint8Array => sealRecord({ ...beside, mediaType, digest, size })

/** `undefined` for what is no such record. */
export function openDescriptor(
  bytes: Uint8Array | undefined,
): (Descriptor & { readonly beside: Readonly<Record<string, unknown>> }) | undefined {
  const { mediaType, digest: text, size, ...beside } = openRecord(bytes ?? new Uint8Array())
  const digest = typeof text === 'string' ? tryParseDigest(text) : undefined
  if (digest === undefined || typeof mediaType !== 'string' || typeof size !== 'number') return undefined
  return Number.isSafeInteger(size) && size >= 0 ? { mediaType, digest, size, beside } : undefined
}
