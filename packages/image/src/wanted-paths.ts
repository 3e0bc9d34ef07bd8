import { keyOf } from './byte-text.ts'

/**
 * Paths that somebody is about to read. Where a link of the layer leads elsewhere, that place is wanted too: what comes after the
 * link in the same archive is kept as it passes.
 */
export interface WantedPaths {
  has(path: string): boolean
  follow(link: string, target: Uint8Array): void
}

/** More are not followed: a layer may have millions of links. */
const mostPaths = 1000
/** In bytes; longer ones Linux does not open. A link that leads through itself would make them longer each time. */
const longestPath = 4096

export function wantedPaths(paths: Iterable<string>): WantedPaths {
  const wanted = new Set(paths)
  return {
    has: (path) => wanted.has(path),
    follow(link, target) {
      for (const path of wanted) {
        if (path !== link && !path.startsWith(`${link}/`)) continue
        if (wanted.size >= mostPaths) return
        const from = target[0] === 0x2f ? '' : link.slice(0, link.lastIndexOf('/') + 1)
        const next = asText(`${from}${keyOf(target)}${path.slice(link.length)}`)
        if (next.length <= longestPath) wanted.add(next)
      }
    },
  }
}

/** A guess: `..` behind another link may be elsewhere, and is then found by a second reading. */
function asText(path: string): string {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return parts.join('/')
}
