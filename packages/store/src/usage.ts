import type { AbortOptions } from '@lading/clock'
import type { Amount } from '@lading/content-store'
import type { Digest } from '@lading/digest'
import { holdings } from './holdings.ts'
import type { Usage } from './housekeeping.ts'
import type { Parts } from './parts.ts'
import { servedContent } from './served.ts'
import { nameMembers, shownNames } from './summarize.ts'

export function createUsage(parts: Parts): (options?: AbortOptions) => Promise<Usage> {
  return async ({ signal } = {}) => {
    const sizes = new Map<Digest, number>()
    for await (const { digest, size } of parts.contents.list({ signal })) sizes.set(digest, size)
    const sizeOf = (digests: Iterable<Digest>): number =>
      [...digests].reduce((sum, digest) => sum + (sizes.get(digest) ?? 0), 0)

    const names = await parts.references.list()
    const { byTarget, holders } = await holdings(parts, names, await parts.references.foreignTargets(), { signal })

    const images = shownNames(names).map((named) => {
      const digests = [...(byTarget.get(named.target.digest) ?? [])]
      const size = sizeOf(digests)
      const unique = sizeOf(digests.filter((digest) => holders.get(digest) === 1))
      return { ...nameMembers(named), size, shared: size - unique, unique }
    })
    const amount = (digests: readonly Digest[]): Amount => ({ files: digests.length, bytes: sizeOf(digests) })
    const here = [...sizes.keys()]
    const served = new Set<Digest>()
    for await (const digest of servedContent(parts)) if (!holders.has(digest)) served.add(digest)
    return {
      images,
      named: amount(here.filter((digest) => holders.has(digest))),
      shared: amount(here.filter((digest) => (holders.get(digest) ?? 0) > 1)),
      unnamed: amount(here.filter((digest) => !holders.has(digest) && !served.has(digest))),
      served: amount(here.filter((digest) => served.has(digest))),
      leftovers: await parts.contents.leftovers(),
    }
  }
}
