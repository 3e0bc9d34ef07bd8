import type { JournalEntry } from './journal.ts'

/** Bytes of a blob that went out: inclusive start, exclusive end. */
interface Part {
  readonly start: number
  readonly end: number
}

/** What an answer with content sent. */
export function partOf({ status, responseHeaders, bytesSent }: JournalEntry): Part {
  const start = status === 206 ? Number(/^bytes (\d+)-/.exec(responseHeaders['content-range'] ?? '')?.[1] ?? 0) : 0
  return { start, end: start + bytesSent }
}

/** The first bytes that are in two parts. */
export function overlap(parts: readonly Part[]): Part | undefined {
  const sorted = parts.filter(({ start, end }) => end > start).toSorted((left, right) => left.start - right.start)
  let reached = 0
  for (const part of sorted) {
    if (part.start < reached) return { start: part.start, end: Math.min(part.end, reached) }
    reached = part.end
  }
  return undefined
}
