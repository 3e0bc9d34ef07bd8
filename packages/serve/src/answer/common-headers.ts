import type { Digest } from '@lading/digest'
import type { Place } from '../request/choose-upstream.ts'
import { etagOf } from '../request/is-known.ts'

/** Which upstream was meant, where the client said it by `ns` (distribution-spec, "Proxying"). */
export const placeHeaders = ({ namespace }: Place): Readonly<Record<string, string>> =>
  namespace === undefined ? {} : { 'oci-namespace': namespace }

/** Of content: it is its digest, and never changes under it. */
export const contentHeaders = (digest: Digest): Readonly<Record<string, string>> => ({
  'docker-content-digest': digest,
  etag: etagOf(digest),
})

/** How old the answer is, and why it is stale, if it is (RFC 9111 5.1, 5.5). */
export function ageHeaders(
  { checkedAt, stale }: { readonly checkedAt: number; readonly stale?: string | undefined },
  now: number,
): Readonly<Record<string, string>> {
  const age = { age: String(Math.max(0, Math.trunc((now - checkedAt) / 1000))) }
  return stale === undefined
    ? age
    : { ...age, warning: '110 - "Response is Stale"', 'lading-stale': stale.toLowerCase().replaceAll('_', '-') }
}
