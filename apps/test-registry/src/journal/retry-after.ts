import type { JournalEntry } from './journal.ts'

/** RFC 9110 10.2.3, in milliseconds after the answer. `undefined` for what is neither seconds nor a date. */
function retryAfterMs({ responseHeaders, time, startedAt, endedAt }: JournalEntry): number | undefined {
  const text = (responseHeaders['retry-after'] ?? '').trim()
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000
  // Every form of HTTP date begins with the name of a day.
  const date = /^[A-Z][a-z]{2,8},? /.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(date) ? undefined : date - (time + ((endedAt ?? startedAt) - startedAt))
}

/** The first request for the same thing that came before its time. */
export function tooEarly(
  answer: JournalEntry,
  entries: readonly JournalEntry[],
): { readonly entry: JournalEntry; readonly byMs: number } | undefined {
  const wait = retryAfterMs(answer)
  if (wait === undefined || answer.endedAt === undefined) return undefined
  const due = answer.endedAt + wait
  const next = entries.find((entry) => entry.number > answer.number && isSame(entry, answer))
  // Timers may fire a millisecond before their time.
  return next !== undefined && next.startedAt < due - 1 ? { entry: next, byMs: due - next.startedAt } : undefined
}

const isSame = (left: JournalEntry, right: JournalEntry): boolean =>
  left.origin === right.origin &&
  left.method === right.method &&
  left.kind === right.kind &&
  left.repository === right.repository &&
  left.target === right.target
