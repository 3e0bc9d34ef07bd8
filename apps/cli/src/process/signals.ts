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
