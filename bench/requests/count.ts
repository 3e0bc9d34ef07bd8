import type { JournalEntry } from '@lading/test-registry'

export interface Counted {
  /** `GET manifest 401`, in the order of arrival. */
  readonly lines: readonly string[]
  /** Requests before the first for a layer; without one, all. */
  readonly beforeLayer: number
}

export function count(entries: readonly JournalEntry[], layers: readonly string[]): Counted {
  const lines = entries.map(
    ({ method, kind, target, status }) =>
      `${method} ${kind === 'blob' ? (layers.includes(target ?? '') ? 'layer' : 'config') : kind} ${status ?? 'cut'}`,
  )
  const first = lines.findIndex((line) => line.includes(' layer '))
  return { lines, beforeLayer: first === -1 ? lines.length : first }
}
