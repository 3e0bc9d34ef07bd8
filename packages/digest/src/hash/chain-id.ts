import { hashAll } from '#engine'
import type { Digest } from '../digest.ts'
import { parseDigest } from '../parse-digest.ts'
import { chainIdInput } from '../parts.ts'

/**
 * The chainID of a layer on top of its parent; without a parent, the diffID itself (OCI image-spec, config.md, "Layer ChainID").
 *
 * @throws DigestError as `parseDigest`
 */
export function nextChainId(parent: Digest | undefined, diffId: Digest): Digest {
  if (parent === undefined) return parseDigest(diffId)
  return `sha256:${hashAll('sha256', chainIdInput(parent, diffId))}`
}

/**
 * The chainID of the topmost layer, diffIDs given from the base up. Undefined for an image without layers.
 *
 * @throws DigestError as `parseDigest`
 */
export function chainIdOf(diffIds: Iterable<Digest>): Digest | undefined {
  let chain: Digest | undefined
  for (const diffId of diffIds) chain = nextChainId(chain, diffId)
  return chain
}
