import { formatAmount, formatClock, formatRate, formatSpan } from '../text/amount.ts'
import type { Terminal } from '../process/terminal.ts'
import { firstThatFits } from './first-that-fits.ts'
import { createLiveBlock } from './live-block.ts'
import { createPace } from './pace.ts'
import { createThrottle, realTimers, type Timers } from './throttle.ts'
import type { Totals } from './totals.ts'
import { stalledAfterMs, summaryText, totalsLine, totalsText } from './totals-text.ts'

export type FlowMode = 'auto' | 'tty' | 'plain'

/** Bytes that flow in one stream, told while they do: for what has no layers to tell of. */
export interface Flow {
  /** Where everything else is told meanwhile: it does not run into the line that is drawn. */
  readonly terminal: Terminal
  /** So many bytes more are to come. What is never expected has no end and no bar. */
  expect(bytes: number): void
  /** So many bytes have come. */
  add(bytes: number): void
  /** Takes the line away. @param isDone whether what was told while it lasted gets a line of what it came to */
  close(isDone: boolean): void
}

interface FlowOptions {
  /** Nothing is told. */
  readonly quiet?: boolean | undefined
  readonly timers?: Timers | undefined
}

const redrawEveryMs = 100
const tickEveryMs = 1000
/** What is done sooner needs no line. */
const drawAfterMs = 500
/** As of layers: a log that says nothing for longer looks like a program that hangs. */
const tellEveryMs = 10_000

/** A line that is drawn again at a terminal, and one every ten seconds in a log. */
export function createFlow(
  mode: FlowMode,
  terminal: Terminal,
  { quiet = false, timers = realTimers }: FlowOptions = {},
): Flow {
  const isDrawn = mode === 'tty' || (mode === 'auto' && terminal.interactive)
  const start = timers.now()
  const pace = createPace(timers.now)
  const block = createLiveBlock(terminal)
  let total = 0
  let isTold = false
  let isClosed = quiet
  let stop: (() => void) | undefined

  const read = (): Totals => {
    const rate = pace.rate()
    return {
      total,
      done: Math.min(pace.amount, total || pace.amount),
      moved: pace.amount,
      resumed: 0,
      spared: 0,
      moves: true,
      rate,
      leftMs: rate === undefined || rate <= 0 ? undefined : (Math.max(0, total - pace.amount) / rate) * 1000,
      elapsedMs: timers.now() - start,
      idleMs: pace.idleMs(),
    }
  }
  const draw = (): void => {
    const totals = read()
    if (totals.elapsedMs < drawAfterMs) return
    isTold = true
    const columns = terminal.columns()
    const text = total > 0 ? totalsText(totals, columns) : firstThatFits(Math.max(1, columns - 1), endless(totals))
    block.draw([{ text, width: text.length }])
  }
  const tell = (): void => {
    isTold = true
    const totals = read()
    terminal.write(`${total > 0 ? totalsLine(totals) : (endless(totals)[1] ?? '')}\n`)
  }
  const redraw = createThrottle(draw, redrawEveryMs, timers)
  const wait = (): void => {
    stop = timers.after(isDrawn ? tickEveryMs : tellEveryMs, () => {
      if (isDrawn) redraw.request()
      else tell()
      wait()
    })
  }
  const clear = (): void => {
    redraw.cancel()
    if (isDrawn && isTold) block.settle([])
  }
  if (!quiet) wait()

  return {
    terminal: {
      ...terminal,
      write(text) {
        if (!isClosed) clear()
        terminal.write(text)
      },
    },
    expect: (bytes) => void (total += bytes),
    add(bytes) {
      pace.add(bytes)
      if (!isClosed && isDrawn) redraw.request()
    },
    close(isDone) {
      if (isClosed) return
      isClosed = true
      stop?.()
      clear()
      const summary = isDone && isTold ? summaryText(read(), undefined) : undefined
      if (summary !== undefined) terminal.write(`${summary}\n`)
    },
  }
}

/** Of what nobody knows the end of: from the longest to the shortest. */
function endless({ moved, rate, idleMs, elapsedMs }: Totals): readonly string[] {
  const amount = formatAmount(moved)
  const pace =
    idleMs >= stalledAfterMs
      ? `stalled for ${formatSpan(idleMs, 0)}`
      : rate === undefined || rate <= 0
        ? undefined
        : formatRate(rate)
  const short = pace === undefined ? amount : `${amount}, ${pace}`
  return [`${short}, ${formatClock(elapsedMs)} elapsed`, short, amount]
}
