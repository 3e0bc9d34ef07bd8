import { printable } from '@lading/errors'
import type { Terminal } from '../process/terminal.ts'
import type { Renderer } from './renderer.ts'
import { messageWords, layerWords, type Verb } from './words.ts'

/** One line per change of state: for logs. A layer's lines are as many as its states, however long it takes. */
export function createPlainRenderer(terminal: Terminal, { verb }: { readonly verb?: Verb | undefined } = {}): Renderer {
  const states = new Map<string, string>()
  const say = (line: string): void => terminal.write(`${line}\n`)

  return {
    note: (line) => say(printable(line)),
    event(event) {
      const message = messageWords(event)
      if (message !== undefined) {
        if (message.ends) states.clear()
        say(message.style === undefined ? message.text : terminal.paint(message.style, message.text))
        return
      }
      const words = layerWords(event, verb)
      if (words === undefined || !('digest' in event)) return
      // A countdown is one state.
      const state = event.type === 'layer:retry' ? `retry ${event.attempt}` : words.status
      if (states.get(event.digest) === state) return
      states.set(event.digest, state)
      const reason = event.type === 'layer:retry' ? `: ${event.message}` : ''
      say(printable(`${'id' in event ? event.id : event.digest}: ${words.status}${reason}`))
    },
    close() {},
  }
}
