import type { JournalFilter } from '../journal/journal.ts'

const words = ['origin', 'method', 'kind', 'repository', 'target'] as const

export interface JournalQuery {
  readonly filter: JournalFilter
  /** By name: what is not part of the filter. */
  readonly numbers: Readonly<Record<string, number>>
  readonly finished: boolean
}

/**
 * The filter of a journal query, and the numbers that the endpoint knows.
 *
 * @returns in a few words what is wrong with it, as text
 */
export function readJournalQuery(query: URLSearchParams, known: readonly string[]): JournalQuery | string {
  const filter: Record<string, string | number> = {}
  const numbers: Record<string, number> = {}
  let finished = false
  for (const [name, value] of query) {
    if (words.some((word) => word === name)) filter[name] = value
    else if (name === 'finished' && (value === 'true' || value === 'false')) finished = value === 'true'
    else if ((name === 'status' || known.includes(name)) && /^\d{1,15}$/.test(value))
      (name === 'status' ? filter : numbers)[name] = Number(value)
    else
      return `the query may have ${[...words, 'status', 'finished', ...known].join(', ')}; numbers are whole, finished is true or false`
  }
  return { filter, numbers, finished }
}
