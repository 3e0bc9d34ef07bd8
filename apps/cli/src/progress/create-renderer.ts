import { pullEventVersion } from '@lading/distribution'
import type { Terminal } from '../process/terminal.ts'
import { jsonLine } from '../text/json-line.ts'
import { createPlainRenderer } from './plain.ts'
import type { ProgressMode, Renderer } from './renderer.ts'
import { createTtyRenderer } from './tty.ts'
import { messageWords } from './words.ts'

/** The renderer for `--progress` and `--quiet`; `auto` looks at the terminal. */
export function createRenderer(
  mode: ProgressMode,
  terminal: Terminal,
  { quiet = false }: { quiet?: boolean | undefined } = {},
): Renderer {
  if (quiet) return createQuietRenderer(terminal)
  if (mode === 'json') return createJsonRenderer(terminal)
  return mode === 'tty' || (mode === 'auto' && terminal.interactive)
    ? createTtyRenderer(terminal)
    : createPlainRenderer(terminal)
}

/** Warnings, failures, and why nothing happens. */
function createQuietRenderer(terminal: Terminal): Renderer {
  return {
    note() {},
    event(event) {
      if (event.type !== 'warning' && event.type !== 'waiting' && event.type !== 'tag:failed') return
      const message = messageWords(event)
      if (message !== undefined) terminal.write(`${message.text}\n`)
    },
    close() {},
  }
}

/** Each event as one line of JSON, with the version of the events first. */
export function createJsonRenderer(terminal: Pick<Terminal, 'write'>): Renderer {
  return {
    note() {},
    event: (event) => terminal.write(`${jsonLine({ v: pullEventVersion, ...event })}\n`),
    close() {},
  }
}
