import { printable } from '@lading/errors'
import { onSuspend } from '../process/signals.ts'
import type { Terminal } from '../process/terminal.ts'
import { formatBar } from '../text/size.ts'
import { chooseRows } from './choose-rows.ts'
import { createLayerRows, type LayerRow } from './layer-rows.ts'
import { createLiveBlock, type Line } from './live-block.ts'
import type { Renderer } from './renderer.ts'
import { createThrottle, realTimers, type Timers } from './throttle.ts'
import { messageWords, type LayerPhase, type Verb } from './words.ts'

const redrawEveryMs = 100
const hideCursor = '\u001b[?25l'
const showCursor = '\u001b[?25h'

/** The screen: each layer has a line, drawn in place at most ten times a second. */
export function createTtyRenderer(
  terminal: Terminal,
  { timers = realTimers, verb }: { timers?: Timers | undefined; verb?: Verb | undefined } = {},
): Renderer {
  const rows = createLayerRows(verb)
  const block = createLiveBlock(terminal)
  let open = true
  terminal.write(hideCursor)

  const draw = (): void => block.draw(layout(rows.list(), terminal))
  const redraw = createThrottle(draw, redrawEveryMs, timers)
  // What stays may be higher than the screen: it scrolls like any other text.
  const leave = (): void => {
    redraw.cancel()
    block.settle(rows.list().map((row) => rowText(row, terminal.columns())))
  }
  const settle = (): void => {
    leave()
    rows.clear()
  }
  const say = (text: string, ends: boolean): void => {
    if (ends) {
      settle()
      terminal.write(`${text}\n`)
    } else {
      redraw.cancel()
      block.settle([text])
      draw()
    }
  }
  const stopListening = terminal.onResize(() => redraw.request())
  const stopSuspending = onSuspend({
    before() {
      leave()
      terminal.write(showCursor)
    },
    after() {
      terminal.write(hideCursor)
      redraw.request()
    },
  })
  const close = (): void => {
    if (!open) return
    open = false
    process.off('exit', close)
    stopListening()
    stopSuspending()
    settle()
    terminal.write(showCursor)
  }
  // A second Ctrl-C, or a defect, ends the process without asking anybody.
  process.once('exit', close)

  return {
    note: (line) => say(printable(line), false),
    event(event) {
      if (!open) return
      const message = messageWords(event)
      if (message !== undefined)
        say(message.style === undefined ? message.text : terminal.paint(message.style, message.text), message.ends)
      else if (rows.update(event)) redraw.request()
    },
    close,
  }
}

/** As many layers as fit, and a line about the rest. One line of the screen stays free for the cursor. */
function layout(rows: readonly LayerRow[], terminal: Terminal): Line[] {
  const columns = terminal.columns()
  const room = Math.max(1, terminal.rows() - 1)
  if (rows.length <= room) return rows.map((row) => toLine(rowText(row, columns)))
  const { shown, hidden } = chooseRows(rows, room - 1)
  const rest = toLine(restText(hidden).slice(0, columns - 1))
  return [...shown.map((row) => toLine(rowText(row, columns))), { ...rest, text: terminal.paint('dim', rest.text) }]
}

const toLine = (text: string): Line => ({ text, width: text.length })

const phaseWords: Readonly<Record<LayerPhase, string>> = { active: 'in progress', waiting: 'waiting', done: 'complete' }

function restText(hidden: Readonly<Record<LayerPhase, number>>): string {
  const counts = (['active', 'waiting', 'done'] as const)
    .filter((phase) => hidden[phase] > 0)
    .map((phase) => `${hidden[phase]} ${phaseWords[phase]}`)
  return `... and ${hidden.active + hidden.waiting + hidden.done} more layers: ${counts.join(', ')}`
}

function rowText({ id, status, bar, phase, resumed }: LayerRow, columns: number): string {
  const shown = bar === undefined ? '' : ` ${formatBar(bar.current, bar.total, columns)}`
  const note = phase === 'done' && resumed !== undefined ? ` (resumed at ${resumed})` : ''
  // A line as wide as the screen wraps in some terminals and not in others.
  return `${id}: ${status}${shown}${note}`.slice(0, Math.max(1, columns - 1))
}
