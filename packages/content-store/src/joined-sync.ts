/** One sync for all who ask before it begins: it covers whatever they had done by then. */
export function joinedSync(sync: () => Promise<void>): () => Promise<void> {
  let last: Promise<void> = Promise.resolve()
  let next: Promise<void> | undefined
  return () => {
    if (next !== undefined) return next
    const run = last.then(() => {
      next = undefined
      return sync()
    })
    next = run
    last = run.catch(() => {})
    return run
  }
}
