import type { Terminal } from '../process/terminal.ts'
import type { Renderer } from './renderer.ts'
import { messageWords } from './words.ts'

/** Warnings and failures only. */
export function createQuietRenderer(terminal: Terminal): Renderer {
  return {
    note() {},
    event(event) {
      if (event.type !== 'warning' && event.type !== 'tag:failed') return
      const message = messageWords(event)
      if (message !== undefined) terminal.write(`${message.text}\n`)
    },
    close() {},
  }
}
