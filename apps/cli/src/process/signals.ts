import { Interruption } from '../cli-error.ts'
import { systemTraits } from './system-traits.ts'

const exits = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const
const exitsWithBreak = { ...exits, SIGBREAK: exits.SIGINT } as const

/** Far above what good order takes. A store is whole whenever its process ends, so that nothing is lost with it. */
export const defaultGraceMs = 8_000
/** Once all is done: what is still there then is a system call that hangs, like the opening of a pipe that nobody writes. */
const lastGraceMs = 1000

interface Stopping {
  /** Fires on the first SIGINT, SIGTERM or SIGHUP, and on Windows SIGBREAK. */
  readonly signal: AbortSignal
  /** From now on good order may take so long, in milliseconds. */
  setGrace(ms: number): void
  /** All is in good order: nothing has to be waited for any more. */
  done(): void
}

/**
 * The signal that stops everything. When the process is still there after eight seconds, because a file system hangs, or
 * a moment after it was done, or at a second signal, it ends at once; what restores the terminal runs then too, on `exit`.
 */
export function stopOnSignals(defaultMs = defaultGraceMs, platform?: string): Stopping {
  let graceMs = defaultMs
  const controller = new AbortController()
  let end: (() => void) | undefined
  for (const [name, exitCode] of Object.entries(systemTraits(platform).hasBreak ? exitsWithBreak : exits)) {
    const onSignal = (): void => {
      if (controller.signal.aborted) return endNow()
      end = endNow
      controller.abort(new Interruption(exitCode))
      setTimeout(endNow, graceMs).unref()
    }
    // By the signal itself: `process.exit` waits for the system calls of other threads, and one that hangs is waited for for ever.
    const endNow = (): void => {
      process.emit('exit', exitCode)
      process.off(name, onSignal)
      try {
        process.kill(process.pid, name)
      } catch {
        // Windows has this signal from the console alone.
      }
      // Still here: no such signal, or it is the first process of a container, which such a signal does not end.
      process.exit(exitCode)
    }
    process.on(name, onSignal)
  }
  return {
    signal: controller.signal,
    setGrace: (ms) => void (graceMs = ms),
    done() {
      if (end !== undefined) setTimeout(end, lastGraceMs).unref()
    },
  }
}

/** Lets a renderer put the terminal in order before Ctrl-Z and take it up again after `fg`. Returns how to stop that. */
export function onSuspend({ before, after }: { before: () => void; after: () => void }): () => void {
  if (!systemTraits().suspends) return () => undefined
  const stop = (): void => {
    before()
    process.kill(process.pid, 'SIGSTOP')
  }
  process.on('SIGTSTP', stop)
  process.on('SIGCONT', after)
  return () => {
    process.off('SIGTSTP', stop)
    process.off('SIGCONT', after)
  }
}
