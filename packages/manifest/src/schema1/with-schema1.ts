import { DOCKER_SCHEMA1, DOCKER_SCHEMA1_SIGNED } from '../media-types.ts'
import type { Schemas } from '../schemas.ts'
import { decodeSchema1, schema1Payload } from './decode-schema1.ts'
import type { Schema1Documents } from './schema1-manifest.ts'

/** A registry of schemas that decodes Docker schema 1 too, and asks registries for it, last. */
export function withSchema1<Known>(schemas: Schemas<Known>): Schemas<Known & Schema1Documents> {
  const digested = { digested: schema1Payload }
  return schemas
    .with(DOCKER_SCHEMA1_SIGNED, decodeSchema1, digested)
    .with(DOCKER_SCHEMA1, decodeSchema1, digested) as unknown as Schemas<Known & Schema1Documents>
}
