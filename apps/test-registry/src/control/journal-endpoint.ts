import { done, ok, refuse, type ControlReply } from './control-reply.ts'
import type { ControlRequest, Controlled, Endpoint } from './endpoint.ts'
import { check } from './check-journal.ts'
import { readJournalQuery } from './journal-filter.ts'

const ordinaryLimit = 1000
const mostEntries = 10_000

/** The journal as it is now. `journal/events` is a stream and no endpoint. */
export const journal: Endpoint = {
  methods: ['GET', 'POST', 'DELETE'],
  answer(request, controlled) {
    if (request.rest === 'assert' && request.method === 'POST') return check(request.body, controlled)
    if (request.rest !== '') return undefined
    if (request.method === 'GET') return list(request, controlled)
    if (request.method !== 'DELETE') return undefined
    controlled.journal.clear()
    return done
  },
}

function list({ query }: ControlRequest, { journal: kept }: Controlled): ControlReply {
  const asked = readJournalQuery(query, ['since', 'limit'])
  if (typeof asked === 'string') return refuse('INVALID', asked)
  const { since = 0, limit = ordinaryLimit } = asked.numbers
  const fitting = kept
    .requests(asked.filter)
    .filter((entry) => entry.number >= since && (entry.finished || !asked.finished))
  const entries = fitting.slice(0, Math.min(limit, mostEntries))
  return ok({
    entries,
    more: entries.length < fitting.length,
    next: (entries.at(-1)?.number ?? since - 1) + 1,
    dropped: kept.dropped,
  })
}
