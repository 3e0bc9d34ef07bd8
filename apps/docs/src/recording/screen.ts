/** What a terminal shows, as far as the CLI, docker, podman and pnpm draw on one. */
export interface Screen {
  write(text: string): void
  /** The lines from the top, without blanks at their ends. */
  lines(): readonly string[]
}

// oxlint-disable-next-line no-control-regex
const parts = /\u001b\[(\??)(\d*)([A-Za-z])|\u001b\[[\d;]*m|([^])/gu

/** A screen that is high enough never to scroll, and wide enough never to wrap. */
export function createScreen(): Screen {
  const lines = ['']
  let row = 0
  let column = 0
  const lineAt = (index: number): string => (lines[index] ??= '')
  const put = (character: string): void => {
    const line = lineAt(row).padEnd(column)
    lines[row] = line.slice(0, column) + character + line.slice(column + 1)
    column += 1
  }
  return {
    write(text) {
      for (const [, , count = '', letter, character] of text.matchAll(parts)) {
        const by = Number(count || 1)
        if (letter === 'A') row = Math.max(0, row - by)
        else if (letter === 'B') row += by
        else if (letter === 'C') column += by
        else if (letter === 'D') column = Math.max(0, column - by)
        else if (letter === 'G') column = by - 1
        else if (letter === 'K') lines[row] = count === '2' ? '' : lineAt(row).slice(0, column)
        else if (letter === 'J') {
          lines[row] = lineAt(row).slice(0, column)
          lines.length = row + 1
        } else if (character === '\n') {
          row += 1
          column = 0
          lineAt(row)
        } else if (character === '\r') column = 0
        else if (character !== undefined) put(character)
      }
    },
    lines: () => lines.map((line) => line.trimEnd()),
  }
}
