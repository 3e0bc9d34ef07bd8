import { Interruption } from '../cli-error.ts'

const exits = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

/** Far above what good order takes. A store is whole whenever its process ends, so that nothing is lost with it. */
const defaultGraceMs = 8_000

/**
 * The signal that stops everything: fires on the first SIGINT, SIGTERM or SIGHUP. When the process is still there after
 * eight seconds, because a file system hangs, or at a second one, it ends at once; what restores the terminal runs then
 * too, on `exit`.
 */
export function stopOnSignals(graceMs = defaultGraceMs): AbortSignal {
  const controller = new AbortController()
  for (const [name, exitCode] of Object.entries(exits)) {
    const onSignal = (): void => {
      if (controller.signal.aborted) return end()
      controller.abort(new Interruption(exitCode))
      setTimeout(end, graceMs).unref()
    }
    // By the signal itself: `process.exit` waits for the system calls of other threads, and one that hangs is waited for for ever.
    const end = (): void => {
      process.emit('exit', exitCode)
      process.off(name, onSignal)
      process.kill(process.pid, name)
      // Still here: it is the first process of a container, which such a signal does not end.
      process.exit(exitCode)
    }
    process.on(name, onSignal)
  }
  return controller.signal
}

/** Lets a renderer put the terminal in order before Ctrl-Z and take it up again after `fg`. Returns how to stop that. */
export function onSuspend({ before, after }: { before: () => void; after: () => void }): () => void {
  if (process.platform === 'win32') return () => undefined
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
