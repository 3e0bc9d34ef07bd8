import { styleText } from 'node:util'

export type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'green'

/** Where progress and diagnostics go, with what it can do. */
export interface Terminal {
  /** A person sees it and lines can be redrawn. */
  readonly interactive: boolean
  columns(): number
  rows(): number
  write(text: string): void
  /** The text in this style where colours are wanted: a terminal, and no NO_COLOR. */
  paint(style: Style, text: string): string
  /** Returns how to stop listening. */
  onResize(listener: () => void): () => void
}

/** A stream of the process as a terminal. */
export function terminalOn(stream: NodeJS.WriteStream, term: string | undefined = process.env['TERM']): Terminal {
  return {
    interactive: stream.isTTY && term !== 'dumb',
    // Some terminals (a serial line, a fresh pty) say 0.
    columns: () => stream.columns || 80,
    rows: () => stream.rows || 24,
    write: (text) => void stream.write(text),
    paint: (style, text) => styleText(style, text, { stream }),
    onResize(listener) {
      stream.on('resize', listener)
      return () => void stream.off('resize', listener)
    },
  }
}
