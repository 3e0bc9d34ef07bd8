import type { Target } from '@lading/content'
import { assertChunkSize } from '../upload/assert-upload.ts'
import { repositoryDelivery, type DeliveryParts } from './repository-delivery.ts'

/** A repository as a target. An index needs all its children; how many uploads run at once is the caller's choice. */
export function repositoryTarget(parts: DeliveryParts): Target {
  assertChunkSize(parts.chunkSize)
  return {
    traits: { partialIndex: false, rewinds: true, parallel: Number.POSITIVE_INFINITY, foreignOptional: true },
    async begin({ signal } = {}) {
      signal?.throwIfAborted()
      return repositoryDelivery(parts)
    },
  }
}
