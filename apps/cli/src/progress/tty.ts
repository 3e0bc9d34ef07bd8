import { printable } from '@lading/errors'
import { onSuspend } from '../process/signals.ts'
import type { Terminal } from '../process/terminal.ts'
import { chooseRows } from './choose-rows.ts'
import { firstThatFits } from './first-that-fits.ts'
import { createLayerRows, type LayerRow } from './layer-rows.ts'
import { createLiveBlock, type Line } from './live-block.ts'
import type { Renderer } from './renderer.ts'
import { rowText } from './row-text.ts'
import { createThrottle, realTimers, type Timers } from './throttle.ts'
import { createMeter, type Meter } from './totals.ts'
import { summaryText, totalsText } from './totals-text.ts'
import { messageWords, type LayerPhase, type Verb } from './words.ts'

const redrawEveryMs = 100
/** Time goes on where nothing happens. */
const tickEveryMs = 1000
/** What is done sooner needs no line about how long it takes. */
const totalsAfterMs = 500
const hideCursor = '\u001b[?25l'
const showCursor = '\u001b[?25h'

/** The screen: each layer has a line, and all of them one more, drawn in place at most ten times a second. */
export function createTtyRenderer(
  terminal: Terminal,
  { timers = realTimers, verb }: { timers?: Timers | undefined; verb?: Verb | undefined } = {},
): Renderer {
  const rows = createLayerRows(verb)
  const block = createLiveBlock(terminal)
  const meter = createMeter(timers.now)
  let open = true
  let isDone = false
  let stopTicking: (() => void) | undefined
  terminal.write(hideCursor)

  const draw = (): void => block.draw(layout(rows.list(), meter, terminal))
  const redraw = createThrottle(draw, redrawEveryMs, timers)
  const tick = (): void => {
    stopTicking = timers.after(tickEveryMs, () => {
      redraw.request()
      tick()
    })
  }
  const rest = (): void => {
    stopTicking?.()
    stopTicking = undefined
  }
  // What stays may be higher than the screen: it scrolls like any other text.
  const leave = (): void => {
    rest()
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
    const summary = isDone ? summaryText(meter.read(), verb) : undefined
    if (summary !== undefined) terminal.write(`${summary}\n`)
    terminal.write(showCursor)
  }
  // A second Ctrl-C, or a defect, ends the process without asking anybody.
  process.once('exit', close)

  return {
    note: (line) => say(printable(line), false),
    event(event) {
      if (!open) return
      meter.event(event)
      if (event.type === 'status' || event.type === 'copied') isDone = true
      const message = messageWords(event)
      if (message !== undefined)
        say(message.style === undefined ? message.text : terminal.paint(message.style, message.text), message.ends)
      else if (rows.update(event)) {
        redraw.request()
        if (stopTicking === undefined) tick()
      }
    },
    close,
  }
}

/** As many layers as fit, a line about the rest, and one about all. One line of the screen stays free for the cursor. */
function layout(rows: readonly LayerRow[], meter: Meter, terminal: Terminal): Line[] {
  const columns = terminal.columns()
  const totals = totalsLineOf(rows, meter, columns)
  const room = Math.max(1, terminal.rows() - 1 - totals.length)
  const rowLine = (row: LayerRow): Line => toLine(rowText(row, columns, meter.paceOf(row.digest)))
  const all = totals.map(toLine)
  if (rows.length <= room) return [...rows.map(rowLine), ...all]
  const { shown, hidden } = chooseRows(rows, room - 1)
  const rest = toLine(firstThatFits(Math.max(1, columns - 1), restTexts(hidden)))
  return [...shown.map(rowLine), { ...rest, text: terminal.paint('dim', rest.text) }, ...all]
}

/** Nothing where nothing is under way. */
function totalsLineOf(rows: readonly LayerRow[], meter: Meter, columns: number): readonly string[] {
  if (rows.every(({ phase }) => phase === 'done')) return []
  const totals = meter.read()
  return totals.total <= 0 || totals.elapsedMs < totalsAfterMs ? [] : [totalsText(totals, columns)]
}

const toLine = (text: string): Line => ({ text, width: text.length })

const phaseWords: Readonly<Record<LayerPhase, string>> = { active: 'in progress', waiting: 'waiting', done: 'complete' }

function restTexts(hidden: Readonly<Record<LayerPhase, number>>): readonly string[] {
  const counts = (['active', 'waiting', 'done'] as const)
    .filter((phase) => hidden[phase] > 0)
    .map((phase) => `${hidden[phase]} ${phaseWords[phase]}`)
  const all = `... and ${hidden.active + hidden.waiting + hidden.done} more layers`
  return [`${all}: ${counts.join(', ')}`, all]
}
