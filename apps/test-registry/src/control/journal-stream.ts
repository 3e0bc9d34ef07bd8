import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Journal, JournalEntry, JournalFilter } from '../journal/journal.ts'
import { refuse, type ControlReply } from './control-reply.ts'
import { readJournalQuery } from './journal-filter.ts'

/** A reader who is further behind is cut off, and comes back. */
const mostPending = 20_000
const slice = 100
const heartbeatMs = 15_000

/**
 * The journal as it happens: an entry when a request comes and again when it has ended, by its `number`. Server-sent
 * events (events `start`, `request` and `cleared`), or a line of JSON each. A slow reader may get only the later of the two.
 *
 * @returns why there is no stream
 */
export function streamJournal(
  message: IncomingMessage,
  response: ServerResponse,
  query: URLSearchParams,
  journal: Journal,
  headers: Readonly<Record<string, string>>,
): ControlReply | undefined {
  const asked = readJournalQuery(query, ['since', 'last'])
  if (typeof asked === 'string') return refuse('INVALID', asked)
  const events = (message.headers.accept ?? '').includes('text/event-stream')
  const pending = new Map<number, JournalEntry>()
  let cleared = false
  let wake: (() => void) | undefined
  const gone = new AbortController()

  const wanted = (entry: JournalEntry): boolean => (entry.finished || !asked.finished) && fits(entry, asked.filter)
  const add = (entry: JournalEntry): void => {
    // Again at the end, so that what is sent is in the order of what happened.
    pending.delete(entry.number)
    pending.set(entry.number, entry)
  }
  for (const entry of backlog(journal, asked.numbers, message.headers['last-event-id'])
    .filter(wanted)
    .slice(-mostPending))
    add(entry)
  const unsubscribe = journal.subscribe((entry) => {
    if (entry === undefined) {
      pending.clear()
      cleared = true
    } else if (wanted(entry)) {
      add(entry)
    }
    if (pending.size > mostPending) response.destroy()
    wake?.()
  })
  const heartbeat = setInterval(() => events && response.writableLength === 0 && response.write(':\n\n'), heartbeatMs)
  response.once('close', () => {
    unsubscribe()
    clearInterval(heartbeat)
    gone.abort()
    wake?.()
  })
  response.writeHead(200, {
    ...headers,
    'content-type': events ? 'text/event-stream' : 'application/x-ndjson; charset=utf-8',
  })
  response.flushHeaders()
  // So that a reader can tell what was before.
  if (events) response.write(`event: start\ndata: {"next":${(journal.entries.at(-1)?.number ?? -1) + 1}}\n\n`)
  pump().catch(() => response.destroy())
  return undefined

  async function pump(): Promise<void> {
    while (!gone.signal.aborted) {
      const text = next()
      if (text === '') await new Promise<void>((resolve) => (wake = resolve))
      else if (!response.write(text)) await once(response, 'drain', { signal: gone.signal })
    }
  }

  function next(): string {
    const batch = [...pending.values()].slice(0, slice)
    for (const { number } of batch) pending.delete(number)
    const clear = cleared && events ? 'event: cleared\ndata: {}\n\n' : ''
    cleared = false
    return (
      clear +
      batch
        .map((entry) =>
          events
            ? `event: request\nid: ${changedAt(entry)}\ndata: ${JSON.stringify(entry)}\n\n`
            : `${JSON.stringify(entry)}\n`,
        )
        .join('')
    )
  }
}

/** What happened before: since an entry, the last so many, or for a reader who comes back, since what it had. */
function backlog(
  { entries }: Journal,
  { since, last }: Readonly<Record<string, number>>,
  lastEventId: string | string[] | undefined,
): readonly JournalEntry[] {
  if (typeof lastEventId === 'string' && /^\d{1,15}$/.test(lastEventId))
    return entries.filter((entry) => changedAt(entry) >= Number(lastEventId))
  if (since !== undefined) return entries.filter(({ number }) => number >= since)
  return last === undefined || last === 0 ? [] : entries.slice(-last)
}

/** In milliseconds since 1970, so that a registry that was started again is no older than the one before. */
const changedAt = ({ time, startedAt, endedAt }: JournalEntry): number =>
  Math.floor(time + ((endedAt ?? startedAt) - startedAt))

const fits = (entry: JournalEntry, filter: JournalFilter): boolean =>
  Object.entries(filter).every(([member, value]) => entry[member as keyof JournalFilter] === value)
