interface Row {
  text: string
  /** The line goes on in the next row. */
  wraps: boolean
}

/** A terminal as far as a progress display goes: it wraps, scrolls, and re-wraps its lines when it is resized. */
export interface Screen {
  write(text: string): void
  resize(columns: number, rows: number): void
  columns(): number
  rows(): number
  /** Everything that was ever shown and still stands, scrolled away or not, as whole lines. */
  lines(): string[]
  /** What a person sees now. */
  visible(): string[]
  readonly cursorShown: boolean
  /** How often something was written. */
  readonly writes: number
}

// oxlint-disable-next-line no-control-regex
const sequence = /\u001b\[(\??)(\d*)([A-Za-z])|([^])/gu

export function createScreen(columns: number, height: number): Screen {
  let all: Row[] = [{ text: '', wraps: false }]
  let row = 0
  let column = 0
  let cursorShown = true
  let writes = 0
  const top = (): number => Math.max(0, all.length - height)
  const at = (index: number): Row => (all[index] ??= { text: '', wraps: false })

  const put = (character: string): void => {
    if (column >= columns) {
      at(row).wraps = true
      row += 1
      column = 0
    }
    const line = at(row)
    line.text = line.text.padEnd(column).slice(0, column) + character + line.text.slice(column + 1)
    column += 1
  }
  const control = (mark: string, count: number, letter: string): void => {
    if (mark === '?') cursorShown = letter === 'h'
    else if (letter === 'A') row = Math.max(top(), row - Math.max(1, count))
    else if (letter === 'K') Object.assign(at(row), { text: at(row).text.slice(0, column), wraps: false })
    else if (letter === 'J') {
      Object.assign(at(row), { text: at(row).text.slice(0, column), wraps: false })
      for (const below of all.slice(row + 1)) Object.assign(below, { text: '', wraps: false })
    } else throw new Error(`the screen does not know ${letter}`)
  }
  const unwrapped = (): string[] => {
    const lines: string[] = []
    let open = false
    for (const { text, wraps } of all) {
      if (open) lines[lines.length - 1] += text
      else lines.push(text)
      open = wraps
    }
    return lines
  }

  return {
    write(text) {
      writes += 1
      for (const [, mark = '', count = '', letter, character] of text.matchAll(sequence)) {
        if (letter !== undefined) control(mark, Number(count), letter)
        else if (character === '\n') {
          row += 1
          column = 0
          at(row)
        } else if (character === '\r') column = 0
        else put(character ?? '')
      }
    },
    resize(newColumns, newHeight) {
      // The cursor rests at the start of a line below everything, as it does between two frames.
      const lines = unwrapped()
      const below = all.length - 1 - row
      columns = newColumns
      height = newHeight
      all = lines.flatMap((line) => {
        const pieces = line.match(new RegExp(`.{1,${columns}}`, 'gu')) ?? ['']
        return pieces.map((text, index) => ({ text, wraps: index < pieces.length - 1 }))
      })
      row = all.length - 1 - below
    },
    columns: () => columns,
    rows: () => height,
    lines: () =>
      unwrapped()
        .map((line) => line.trimEnd())
        .filter((line) => line !== ''),
    visible: () => all.slice(top()).map(({ text }) => text.trimEnd()),
    get cursorShown() {
      return cursorShown
    },
    get writes() {
      return writes
    },
  }
}
