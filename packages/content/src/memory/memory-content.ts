import { digestOf } from '@lading/digest/hash'
import type { Descriptor } from '@lading/manifest'
import type { Origin, Source } from '../source.ts'
import type { Target } from '../target.ts'
import { forgetName } from './forget-name.ts'
import { memoryDelivery } from './memory-delivery.ts'
import { memorySource } from './memory-source.ts'
import type { Shelves } from './shelves.ts'

export interface MemoryContentOptions {
  /** As which repository it presents itself. */
  readonly origin?: Origin | undefined
  /** Whether an index may be published without all that it names. Default true. */
  readonly partialIndex?: boolean | undefined
}

export interface MemoryContent extends Source, Target {
  /** Puts bytes in, without a delivery. */
  put(mediaType: string, bytes: Uint8Array): Descriptor
  /** Removes a name, and then everything that no name and no delivery that has not ended needs. */
  forget(name: string): Promise<void>
}

/**
 * Content in memory: a source and a target with all their promises, for tests, and where images are made rather than
 * moved. Nothing leaves it.
 */
export function createMemoryContent({ origin, partialIndex = true }: MemoryContentOptions = {}): MemoryContent {
  const shelves: Shelves = { blobs: new Map(), names: new Map(), partials: new Map(), held: new Set() }
  const place = origin === undefined ? 'memory' : `${origin.host}/${origin.repository}`
  return {
    ...memorySource(shelves, place),
    origin,
    traits: { partialIndex, rewinds: true, parallel: Number.POSITIVE_INFINITY },
    async begin({ signal } = {}) {
      signal?.throwIfAborted()
      return memoryDelivery(shelves, partialIndex)
    },
    put(mediaType, bytes) {
      const digest = digestOf(bytes)
      shelves.blobs.set(digest, new Uint8Array(bytes))
      return { mediaType, digest, size: bytes.byteLength }
    },
    forget: async (name) => forgetName(shelves, name),
  }
}
