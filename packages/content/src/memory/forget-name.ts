import type { Digest } from '@lading/digest'
import type { Descriptor } from '@lading/manifest'
import { namesContent, successors } from '../successors.ts'
import type { Shelves } from './shelves.ts'

/** Removes a name, and then everything that no name and no delivery that has not ended needs. */
export function forgetName({ blobs, names, held }: Shelves, name: string): void {
  names.delete(name)
  const needed = new Set<Digest>([...held].flatMap((digests) => [...digests]))
  const ahead: Descriptor[] = [...names.values()]
  const seen = new Set<Digest>()
  for (let descriptor = ahead.pop(); descriptor !== undefined; descriptor = ahead.pop()) {
    if (seen.has(descriptor.digest)) continue
    seen.add(descriptor.digest)
    needed.add(descriptor.digest)
    const bytes = blobs.get(descriptor.digest)
    if (bytes !== undefined && namesContent(descriptor)) ahead.push(...successors({ descriptor, bytes }))
  }
  for (const digest of blobs.keys()) if (!needed.has(digest)) blobs.delete(digest)
}
