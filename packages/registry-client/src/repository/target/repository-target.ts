import type { Target } from '@lading/content'
import { RegistryError } from '../../errors/registry-error.ts'
import { repositoryDelivery, type DeliveryParts } from './repository-delivery.ts'

/** A repository as a target. An index needs all its children; how many uploads run at once is the caller's choice. */
export function repositoryTarget(parts: DeliveryParts): Target {
  const { chunkSize } = parts
  if (chunkSize !== undefined && (!Number.isSafeInteger(chunkSize) || chunkSize < 1))
    throw new RegistryError('OPTION_INVALID', `a chunk cannot have ${chunkSize} bytes`, {
      hint: 'give a whole number of bytes, or leave it out',
    })
  return {
    traits: { partialIndex: false, rewinds: true, parallel: Number.POSITIVE_INFINITY },
    async begin({ signal } = {}) {
      signal?.throwIfAborted()
      return repositoryDelivery(parts)
    },
  }
}
