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
