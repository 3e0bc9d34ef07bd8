import { keyOf, pathBytes, shown } from './byte-text.ts'
import { ImageError } from './image-error.ts'
import type { Merged, MergedView } from './merged-view.ts'

/** The most symbolic links that Linux follows. */
const mostLinks = 40

/**
 * Follows a path from the image's root, as a process with that root would: links in its middle, `..` from the resolved directory, nothing
 * above the root.
 *
 * @param follow whether a link at its end is followed too
 * @returns the resolved path and its file; `undefined` if there is nothing
 * @throws ImageError `TOO_MANY_LINKS`
 */
export async function resolvePath(
  view: MergedView,
  path: string | Uint8Array,
  { follow }: { readonly follow: boolean },
): Promise<Merged | undefined> {
  const asked = partsOf(pathBytes(path))
  const ahead = asked.toReversed()
  // The root's metadata may be in the lowest layer, so it is read only on demand.
  let here: Merged | undefined
  const above: (Merged | undefined)[] = []
  let links = 0
  for (let key = ahead.pop(); key !== undefined; key = ahead.pop()) {
    if (here !== undefined && here.file.type !== 'directory') return undefined
    if (key === '..') {
      here = above.pop()
      continue
    }
    const next = [...(here?.path ?? []), key]
    const file = await view.find(next, { isPassed: ahead.length > 0 })
    if (file === undefined) return undefined
    if (file.linkName === undefined || (!follow && ahead.length === 0)) {
      above.push(here)
      here = { path: next, file }
      continue
    }
    if (++links > mostLinks)
      throw new ImageError('TOO_MANY_LINKS', `${shown(asked)} goes through more than ${mostLinks} links`, {
        path: shown(asked),
        hint: 'check whether they point to each other',
      })
    if (file.linkName[0] === 0x2f) {
      here = undefined
      above.length = 0
    }
    ahead.push(...partsOf(file.linkName).toReversed())
  }
  if (here !== undefined) return here
  const root = await view.find([])
  return root === undefined ? undefined : { path: [], file: root }
}

const partsOf = (path: Uint8Array): string[] =>
  keyOf(path)
    .split('/')
    .filter((part) => part !== '' && part !== '.')
