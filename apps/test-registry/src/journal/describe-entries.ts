import { printable } from '@lading/errors'
import type { JournalEntry } from './journal.ts'

const most = 20

/** `#3 GET /v2/t/app/blobs/sha256:… bytes=5- -> 206, 100 bytes (blob #1 reset)`: one line for each request. */
export function describeEntry(entry: JournalEntry): string {
  const { number, origin, method, path, range, status, bytesSent, faults, withoutEffect, secrets } = entry
  const words = [
    `#${number}`,
    ...(origin === 'cdn' ? ['cdn'] : []),
    method,
    path,
    ...(range === undefined ? [] : [range]),
    '->',
    `${status ?? 'no answer'},`,
    `${bytesSent} bytes`,
  ]
  const notes = [
    ...faults,
    ...withoutEffect.map((fault) => `without effect: ${fault}`),
    ...secrets.map((place) => `secret in ${place}`),
  ]
  return printable(`${words.join(' ')}${notes.length === 0 ? '' : ` (${notes.join('; ')})`}`, 400)
}

export function describeEntries(entries: readonly JournalEntry[]): string {
  if (entries.length === 0) return '  no request'
  const lines = entries.slice(0, most).map((entry) => `  ${describeEntry(entry)}`)
  return [...lines, ...(entries.length > most ? [`  … and ${entries.length - most} more`] : [])].join('\n')
}
