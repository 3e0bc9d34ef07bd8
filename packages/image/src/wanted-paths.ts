import { keyOf } from './byte-text.ts'

/**
 * Paths that are about to be read. If a link of the layer points elsewhere, its target is wanted too: files after the
 * link in the same archive are kept when they are read.
 */
export interface WantedPaths {
  has(path: string): boolean
  follow(link: string, target: Uint8Array): void
}

/** More are not followed: a layer may have millions of links. */
const mostPaths = 1000
/** In bytes; Linux does not open longer ones. A link that goes through itself would make them longer each time. */
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

/** A guess: `..` after another link may be elsewhere, and is then found by reading the layer again. */
function asText(path: string): string {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return parts.join('/')
}
