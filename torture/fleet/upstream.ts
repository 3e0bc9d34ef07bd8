import type { JournalEntry } from '@lading/test-registry'

/** What left the upstream of a round, by what it was for. */
export interface Sent {
  /** Bytes of blobs, in all. */
  readonly bytes: number
  /** Bytes that had left before, by the killed process that had asked for them: `Via` of one run of a server. */
  readonly again: ReadonlyMap<string, number>
  /** What nobody's death explains, in words. */
  readonly violations: readonly string[]
}

interface Part {
  readonly start: number
  readonly end: number
  readonly by: string
}

/**
 * Judges a journal: each byte of each blob leaves once, and once more only where the process that had asked for it was killed.
 *
 * @param living who was not killed: `Via` of the servers that run, and '' of clients without one
 */
export function judgeSent(
  entries: readonly JournalEntry[],
  { blobs, living }: { readonly blobs: ReadonlyMap<string, number>; readonly living: ReadonlySet<string> },
): Sent {
  const again = new Map<string, number>()
  const violations: string[] = []
  let bytes = 0
  for (const [digest, size] of blobs) {
    const parts = entries.filter((entry) => entry.kind === 'blob' && entry.target === digest).flatMap(partOf)
    let reached = 0
    for (const [at, { start, end }] of parts.entries()) {
      bytes += end - start
      if (start > reached) violations.push(`${digest}: bytes ${reached} to ${start} were left out`)
      for (const { from, to, by } of overlaps(parts.slice(0, at), start, end)) {
        if (living.has(by))
          violations.push(`${digest}: bytes ${from} to ${to} left twice, and nobody was killed (${by})`)
        else again.set(by, (again.get(by) ?? 0) + to - from)
      }
      reached = Math.max(reached, end)
    }
    if (reached < size) violations.push(`${digest}: ${reached} of ${size} bytes left`)
  }
  return { bytes, again, violations }
}

/** Of what a request gave, which bytes somebody had been given before, and who was last. */
function* overlaps(
  earlier: readonly Part[],
  start: number,
  end: number,
): Generator<{ readonly from: number; readonly to: number; readonly by: string }> {
  let to = end
  for (const part of earlier.toSorted((one, other) => other.end - one.end)) {
    const from = Math.max(start, part.start)
    const until = Math.min(to, part.end)
    if (until <= from) continue
    yield { from, to: until, by: part.by }
    to = from
  }
}

function partOf({ status, responseHeaders, bytesSent, headers, method }: JournalEntry): readonly Part[] {
  if (method !== 'GET' || bytesSent === 0 || (status !== 200 && status !== 206)) return []
  const start = status === 206 ? Number(/^bytes (\d+)-/.exec(responseHeaders['content-range'] ?? '')?.[1]) : 0
  return [{ start, end: start + bytesSent, by: viaOf(headers) }]
}

export const viaOf = (headers: JournalEntry['headers']): string => headers['via'] ?? ''
