import { pullEventVersion } from '@lading/distribution'
import { printable } from '@lading/errors'
import { groupsFromEnv, type Environment } from '../environment.ts'
import type { Terminal } from '../process/terminal.ts'
import { jsonLine } from '../text/json-line.ts'
import { createPlainRenderer } from './plain.ts'
import type { ProgressEvent, ProgressMode, Renderer } from './renderer.ts'
import { createTtyRenderer } from './tty.ts'
import { layerWords, messageWords, type Verb } from './words.ts'

interface RendererOptions {
  /** Goes before the mode. */
  readonly quiet?: boolean | undefined
  readonly verb?: Verb | undefined
  readonly environment?: Environment | undefined
}

/** The renderer for `--progress` and `--quiet`; `auto` looks at the terminal. */
export function createRenderer(
  mode: ProgressMode,
  terminal: Terminal,
  { quiet = false, verb, environment }: RendererOptions = {},
): Renderer {
  if (quiet) return createQuietRenderer(terminal)
  if (mode === 'json') return createJsonRenderer(terminal)
  return mode === 'tty' || (mode === 'auto' && terminal.interactive)
    ? createTtyRenderer(terminal, { verb })
    : createPlainRenderer(terminal, { verb, groups: environment !== undefined && groupsFromEnv(environment) })
}

const toldQuietly: ReadonlySet<ProgressEvent['type']> = new Set(['warning', 'waiting', 'wait', 'tag:failed'])

/** Warnings, failures, and why nothing happens. */
function createQuietRenderer(terminal: Terminal): Renderer {
  /** The last attempt that was told, by layer: a countdown is one line. */
  const told = new Map<string, number>()
  return {
    note() {},
    event(event) {
      if (event.type === 'layer:retry' && told.get(event.digest) !== event.attempt) {
        told.set(event.digest, event.attempt)
        terminal.write(`${printable(`${event.id}: ${layerWords(event)?.status ?? ''}: ${event.message}`)}\n`)
      }
      if (event.type === 'layer:bytes') told.delete(event.digest)
      if (!toldQuietly.has(event.type)) return
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
