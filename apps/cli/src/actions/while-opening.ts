import { printable } from '@lading/errors'
import type { CommandContext } from '../context.ts'
import { defaultGraceMs } from '../process/signals.ts'

/** A file system that answers later than this has most likely lost its server, and may be waited for without an end. */
const tellAfterMs = 2000
/** Nothing has begun yet that good order would need time for. */
const graceMs = 1000

interface Opening {
  readonly root: string
  readonly context: Pick<CommandContext, 'setGrace'>
  readonly tell: (line: string) => void
  /** Default 2000. */
  readonly afterMs?: number | undefined
}

/** Opens a store: where its directory does not answer, that is told, and one signal ends the process soon. */
export async function whileOpening<Result>(
  open: () => Promise<Result>,
  { root, context, tell, afterMs = tellAfterMs }: Opening,
): Promise<Result> {
  context.setGrace(graceMs)
  const timer = setTimeout(
    () =>
      tell(`${printable(root)} does not answer; check that its file system is connected. Still waiting; Ctrl-C stops`),
    afterMs,
  )
  try {
    return await open()
  } finally {
    clearTimeout(timer)
    context.setGrace(defaultGraceMs)
  }
}
