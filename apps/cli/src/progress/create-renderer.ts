import type { Terminal } from '../process/terminal.ts'
import { createJsonRenderer } from './json.ts'
import { createPlainRenderer } from './plain.ts'
import { createQuietRenderer } from './quiet.ts'
import type { ProgressMode, Renderer } from './renderer.ts'
import { createTtyRenderer } from './tty.ts'

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
