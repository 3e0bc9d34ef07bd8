import { OCI_INDEX } from '@lading/manifest'
import type { Referrers } from '../cache/referrers.ts'
import type { Ask } from '../request/parse-ask.ts'
import type { Asker } from '../upstream/ask-upstream.ts'
import { placeHeaders } from './common-headers.ts'
import type { Response } from './response.ts'

type ReferrersAsk = Extract<Ask, { readonly kind: 'referrers' }>

/** GET of what refers to a manifest (distribution-spec, "Listing Referrers"): of an upstream without that list, its fallback tag's. */
export async function answerReferrers(
  { referrers, now }: { readonly referrers: Referrers; readonly now: () => number },
  { place, digest, artifactType }: ReferrersAsk,
  { response, asker }: { readonly response: Response; readonly asker: Asker },
): Promise<'upstream'> {
  const { descriptors, checkedAt, isStale } = await referrers.of(place, digest, asker)
  const manifests =
    artifactType === undefined ? descriptors : descriptors.filter((each) => each.artifactType === artifactType)
  const body = new TextEncoder().encode(JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests }))
  response.send(
    200,
    {
      'content-type': OCI_INDEX,
      ...placeHeaders(place),
      age: Math.max(0, Math.trunc((now() - checkedAt) / 1000)),
      ...(artifactType === undefined ? {} : { 'oci-filters-applied': 'artifactType' }),
      ...(isStale ? { warning: '110 - "Response is Stale"' } : {}),
    },
    body,
  )
  return 'upstream'
}
