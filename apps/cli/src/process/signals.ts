import { Interruption } from '../cli-error.ts'

const exits = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

/**
 * The signal that stops everything: fires on the first SIGINT, SIGTERM or SIGHUP. A second one ends the process at
 * once; what restores the terminal runs then too, on `exit`.
 */
export function stopOnSignals(): AbortSignal {
  const controller = new AbortController()
  for (const [name, exitCode] of Object.entries(exits)) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(exitCode)
      controller.abort(new Interruption(exitCode))
    })
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
