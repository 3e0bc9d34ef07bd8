import type { Journal } from '../journal/journal.ts'
import { describeEntry } from '../journal/describe-entries.ts'

/** A line for each request, once it has ended. */
export function logRequests(journal: Journal, form: 'json' | 'text', write: (text: string) => void): void {
  journal.subscribe((entry) => {
    if (entry?.finished === true) write(`${form === 'json' ? JSON.stringify(entry) : describeEntry(entry)}\n`)
  })
}
