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
