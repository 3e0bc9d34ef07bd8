import { join } from 'node:path'
import type { Digest } from '@lading/digest'

// A repository may be called `t/blobs` or `t/index.json`, which would lie inside the layout of `t`; and Windows keeps some
// names for devices. No component begins with an underscore, so one in front makes a name that nobody else has.
const taken = /^(?:blobs|index\.json|oci-layout|(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?)$/

/** Where a repository's layout is. The name has been checked: no dots alone, nothing absolute, lower case. */
export const layoutOf = (root: string, repository: string): string =>
  join(root, ...repository.split('/').map((component) => (taken.test(component) ? `_${component}` : component)))

/** The other way round, for one component of a path. `undefined`: no repository's. */
export function componentOf(entry: string): string | undefined {
  if (!entry.startsWith('_')) return taken.test(entry) ? undefined : entry
  return taken.test(entry.slice(1)) ? entry.slice(1) : undefined
}

/** image-spec image-layout.md: `blobs/<algorithm>/<encoded>`. */
export function blobPath(layout: string, digest: Digest): string {
  const [algorithm = '', encoded = ''] = digest.split(':')
  return join(layout, 'blobs', algorithm, encoded)
}

export const uploadsOf = (root: string): string => join(root, '_uploads')
