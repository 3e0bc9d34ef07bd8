import type { AbortOptions } from '@lading/clock'
import { namesContent, unlessAbsent } from '@lading/content'
import type { Digest } from '@lading/digest'
import type { Descriptor, Schemas } from '@lading/manifest'
import { repositoryUrl } from '../../site/api-url.ts'
import type { Site } from '../../site/site.ts'
import { headBlob } from '../head-blob.ts'
import { headManifest } from '../manifests.ts'

/** Runs work at the endpoint that may be pushed to: a mirror's word counts nothing there. */
export type AtTarget = <T>(work: (site: Site) => Promise<T>, options: AbortOptions) => Promise<T>

/** What a repository has, as far as it was asked or told. */
export interface Presence {
  /** Asked once of what is there. */
  has(descriptor: Descriptor, options: AbortOptions): Promise<boolean>
  /** The same as `pointsTo`, which believes the answer once. */
  look(name: string, options: AbortOptions): Promise<Digest | undefined>
  /** What a tag or digest points to; `undefined`: nothing. */
  pointsTo(name: string, options: AbortOptions): Promise<Digest | undefined>
  /** Whether the last answer was that it is not there. That is believed once. */
  isKnownAbsent(descriptor: Descriptor): boolean
  add(digest: Digest): void
  /** What was there may be gone. */
  forget(): void
}

export function createPresence(atTarget: AtTarget, schemas: Schemas<Record<string, unknown>>): Presence {
  const there = new Set<Digest>()
  const absent = new Set<Digest>()
  const pointed = new Map<string, Digest | undefined>()

  const headOf = (name: string, { signal }: AbortOptions): Promise<Descriptor | undefined> =>
    atTarget((site) => headManifest(site, schemas, name, { signal }), { signal })

  const targetOf = async (name: string, options: AbortOptions): Promise<Digest | undefined> =>
    (await unlessAbsent(headOf(name, options), options))?.digest

  async function isThere(descriptor: Descriptor, { signal }: AbortOptions): Promise<boolean> {
    const { digest, size } = descriptor
    const found = await (namesContent(descriptor)
      ? headOf(digest, { signal })
      : atTarget((site) => headBlob(site, repositoryUrl(site, `blobs/${digest}`), digest, { signal }), { signal }))
    // Some say only that it is there.
    return found === undefined || found.size === size
  }

  return {
    async has(descriptor, options) {
      const { digest } = descriptor
      if (there.has(digest)) return true
      const found = (await unlessAbsent(isThere(descriptor, options), options)) === true
      ;(found ? there : absent).add(digest)
      return found
    },
    isKnownAbsent: ({ digest }) => absent.delete(digest),
    async look(name, options) {
      const found = await targetOf(name, options)
      pointed.set(name, found)
      return found
    },
    async pointsTo(name, options) {
      if (!pointed.has(name)) return targetOf(name, options)
      const found = pointed.get(name)
      pointed.delete(name)
      return found
    },
    add(digest) {
      there.add(digest)
      absent.delete(digest)
    },
    forget() {
      there.clear()
      absent.clear()
      pointed.clear()
    },
  }
}
