import { printable } from '@lading/errors'
import type { Terminal } from '../process/terminal.ts'
import type { ProgressEvent, Renderer } from './renderer.ts'
import { realTimers, type Timers } from './throttle.ts'
import { createMeter } from './totals.ts'
import { summaryText, totalsLine } from './totals-text.ts'
import { layerWords, messageWords, percent, type Verb } from './words.ts'

/** A log that says nothing for longer looks like a program that hangs, and continuous integration ends those. */
const tellEveryMs = 10_000

interface PlainOptions {
  readonly verb?: Verb | undefined
  readonly timers?: Timers | undefined
  /** The lines about layers are a group that a reader of GitHub Actions' log may fold. */
  readonly groups?: boolean | undefined
}

/** One line per change of state, and every ten seconds one about all of them: for logs. */
export function createPlainRenderer(
  terminal: Terminal,
  { verb, timers = realTimers, groups = false }: PlainOptions = {},
): Renderer {
  const states = new Map<string, string>()
  const inflating = new Map<string, string>()
  const meter = createMeter(timers.now)
  let isOpen = true
  let isDone = false
  let inGroup = false
  let about = 'Layers'
  let stop: (() => void) | undefined

  const say = (line: string): void => terminal.write(`${line}\n`)
  const leaveGroup = (): void => {
    if (inGroup) say('::endgroup::')
    inGroup = false
  }
  const sayOfLayer = (line: string): void => {
    if (groups && !inGroup) say(`::group::${about}`)
    inGroup = groups
    say(line)
  }
  const rest = (): void => {
    stop?.()
    stop = undefined
  }
  const tell = (): void => {
    stop = undefined
    const totals = meter.read()
    if (totals.done < totals.total) sayOfLayer(totalsLine(totals))
    else if (inflating.size > 0) for (const line of inflating.values()) sayOfLayer(line)
    else return
    stop = timers.after(tellEveryMs, tell)
  }
  const sayMessage = (event: ProgressEvent): boolean => {
    const message = messageWords(event)
    if (message === undefined) return false
    leaveGroup()
    if (message.ends) {
      states.clear()
      rest()
    }
    say(message.style === undefined ? message.text : terminal.paint(message.style, message.text))
    return true
  }

  return {
    note(line) {
      leaveGroup()
      say(printable(line))
    },
    event(event) {
      if (!isOpen) return
      meter.event(event)
      if (event.type === 'status' || event.type === 'copied') isDone = true
      if (event.type === 'resolve') about = printable(`Layers of ${event.path}:${event.id}`)
      if (event.type === 'push') about = printable(`Layers of ${event.name}`)
      if (sayMessage(event)) return
      const words = layerWords(event, verb)
      if (words === undefined || !('digest' in event)) return
      stop ??= timers.after(tellEveryMs, tell)
      const id = printable('id' in event ? event.id : event.digest)
      if (event.type === 'layer:extracting' || event.type === 'layer:compressing')
        inflating.set(event.digest, `${id}: ${words.status} ${percent(event.current, event.total)}`)
      else inflating.delete(event.digest)
      // A countdown is one state.
      const state = event.type === 'layer:retry' ? `retry ${event.attempt}` : words.status
      if (states.get(event.digest) === state) return
      states.set(event.digest, state)
      const reason = event.type === 'layer:retry' ? `: ${event.message}` : ''
      sayOfLayer(printable(`${id}: ${words.status}${reason}`))
    },
    close() {
      if (!isOpen) return
      isOpen = false
      rest()
      leaveGroup()
      const summary = isDone ? summaryText(meter.read(), verb) : undefined
      if (summary !== undefined) say(summary)
    },
  }
}
