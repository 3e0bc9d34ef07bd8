import type { X509Certificate } from 'node:crypto'

type Seen = () => X509Certificate | undefined

const certificates = new WeakMap<object, Seen>()

/** An error has the certificate that it is about beside it. */
export function attachCertificate(error: unknown, seen: Seen): void {
  if (typeof error === 'object' && error !== null) certificates.set(error, seen)
}

export const certificateOf = (error: unknown): X509Certificate | undefined =>
  typeof error === 'object' && error !== null ? certificates.get(error)?.() : undefined
