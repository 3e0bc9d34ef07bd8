/** Runs what it is given one after the other, in the order of the calls. A failure is its caller's alone. */
export function oneAtATime(): <T>(run: () => Promise<T>) => Promise<T> {
  let busy: Promise<unknown> = Promise.resolve()
  return (run) => {
    const next = busy.then(run)
    busy = next.catch(() => {})
    return next
  }
}
