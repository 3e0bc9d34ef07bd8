import { pullEventVersion } from '@lading/distribution'
import type { Terminal } from '../process/terminal.ts'
import { jsonLine } from '../text/json-line.ts'
import type { Renderer } from './renderer.ts'

/** Each event as one line of JSON, with the version of the events first. */
export function createJsonRenderer(terminal: Pick<Terminal, 'write'>): Renderer {
  return {
    note() {},
    event: (event) => terminal.write(`${jsonLine({ v: pullEventVersion, ...event })}\n`),
    close() {},
  }
}
