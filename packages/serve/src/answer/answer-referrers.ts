import { OCI_INDEX } from '@lading/manifest'
import type { Referrers } from '../cache/referrers.ts'
import type { Ask } from '../request/parse-ask.ts'
import type { Asker } from '../upstream/ask-upstream.ts'
import { ageHeaders, placeHeaders } from './common-headers.ts'
import type { Response } from './response.ts'

type ReferrersAsk = Extract<Ask, { readonly kind: 'referrers' }>

export interface ReferrersParts {
  readonly referrers: Referrers
  readonly now: () => number
}

/** GET of what refers to a manifest (distribution-spec, "Listing Referrers"): of an upstream without that list, its fallback tag's. */
export async function answerReferrers(
  { referrers, now }: ReferrersParts,
  { place, digest, artifactType }: ReferrersAsk,
  { response, asker }: { readonly response: Response; readonly asker: Asker },
): Promise<'cache' | 'upstream'> {
  const { descriptors, ...known } = await referrers.of(place, digest, asker)
  const manifests =
    artifactType === undefined ? descriptors : descriptors.filter((each) => each.artifactType === artifactType)
  const body = new TextEncoder().encode(JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests }))
  response.send(
    200,
    {
      'content-type': OCI_INDEX,
      ...placeHeaders(place),
      ...ageHeaders(known, now()),
      ...(artifactType === undefined ? {} : { 'oci-filters-applied': 'artifactType' }),
    },
    body,
  )
  return known.from
}
