import type { LayerPhase } from './words.ts'

interface Row {
  readonly phase: LayerPhase
}

/** Which layers to show when there are more than `room` lines, and how many of each phase are left out. */
export interface Choice<T> {
  /** In their own order. */
  readonly shown: readonly T[]
  readonly hidden: Readonly<Record<LayerPhase, number>>
}

const importance: readonly LayerPhase[] = ['active', 'waiting', 'done']

/** What moves is shown first, then what waits, then what is done; of equals the earlier. */
export function chooseRows<T extends Row>(rows: readonly T[], room: number): Choice<T> {
  const hidden = { active: 0, waiting: 0, done: 0 }
  if (rows.length <= room) return { shown: rows, hidden }
  const chosen = new Set(
    importance.flatMap((phase) => rows.filter((row) => row.phase === phase)).slice(0, Math.max(0, room)),
  )
  for (const row of rows) if (!chosen.has(row)) hidden[row.phase] += 1
  return { shown: rows.filter((row) => chosen.has(row)), hidden }
}
