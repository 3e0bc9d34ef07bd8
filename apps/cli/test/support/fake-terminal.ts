import type { Terminal } from '../../src/process/terminal.ts'
import { createScreen, type Screen } from './screen.ts'

/** A terminal without colours on a screen that can be looked at. */
export function fakeTerminal({
  columns = 80,
  rows = 24,
  interactive = true,
}: { columns?: number; rows?: number; interactive?: boolean } = {}): Terminal & {
  readonly screen: Screen
  readonly written: string[]
  resize(columns: number, rows: number): void
} {
  const screen = createScreen(columns, rows)
  const written: string[] = []
  const listeners = new Set<() => void>()
  return {
    screen,
    written,
    interactive,
    columns: () => screen.columns(),
    rows: () => screen.rows(),
    write(text) {
      written.push(text)
      screen.write(text)
    },
    paint: (_style, text) => text,
    onResize(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    resize(newColumns, newRows) {
      screen.resize(newColumns, newRows)
      for (const listener of listeners) listener()
    },
  }
}
