import type { Terminal } from '../process/terminal.ts'

/** A line and how many columns it takes; the text may hold colours. */
export interface Line {
  readonly text: string
  readonly width: number
}

/** The lines at the bottom of the screen that are drawn again and again. The cursor rests below them. */
export interface LiveBlock {
  /** Replaces the block. No line may be as wide as the screen, and there must be fewer lines than the screen has. */
  draw(lines: readonly Line[]): void
  /** Replaces the block by lines that stay. They may be any number and of any width. */
  settle(lines: readonly string[]): void
}

const up = (rows: number): string => (rows > 0 ? `\u001b[${rows}A\r` : '')
const eraseRest = '\u001b[K'
const eraseBelow = '\u001b[J'

export function createLiveBlock(terminal: Pick<Terminal, 'write' | 'columns'>): LiveBlock {
  let widths: readonly number[] = []

  // A terminal that became narrower has wrapped the lines that are too wide for it now.
  const height = (): number => {
    const columns = terminal.columns()
    return widths.reduce((rows, width) => rows + Math.max(1, Math.ceil(width / columns)), 0)
  }
  // One write a frame, and no line is erased before it is written again: nothing flickers.
  const replace = (lines: readonly string[]): void =>
    terminal.write(`${up(height())}${lines.map((line) => `${line}${eraseRest}\n`).join('')}${eraseBelow}`)

  return {
    draw(lines) {
      replace(lines.map(({ text }) => text))
      widths = lines.map(({ width }) => width)
    },
    settle(lines) {
      replace(lines)
      widths = []
    },
  }
}
