import { orAbort } from '@lading/clock'

// By path: two stores opened on one root in one process share the queue instead of polling against each other.
const queues = new Map<string, Promise<void>>()

/** Waits for its turn among the callers of this process with the same key. The result is to be called on the way out. */
export async function enterQueue(key: string, signal: AbortSignal | undefined): Promise<() => void> {
  const before = queues.get(key) ?? Promise.resolve()
  const { promise: left, resolve: leave } = Promise.withResolvers<void>()
  const tail = before.then(() => left)
  queues.set(key, tail)
  void tail.then(() => {
    if (queues.get(key) === tail) queues.delete(key)
  })
  try {
    await orAbort(before, { signal })
  } catch (error) {
    leave()
    throw error
  }
  return leave
}
