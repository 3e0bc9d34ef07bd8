/** At once, so that a store that is far away is not waited for one by one. */
const atOnce = 16

/** Runs over all of them, some at a time. @throws the first failure, once those that run have ended */
export async function each<T>(all: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  const items = all[Symbol.iterator]()
  let failed = false
  const worker = async (): Promise<void> => {
    for (let next = items.next(); !failed && next.done !== true; next = items.next()) {
      try {
        await work(next.value)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  const outcomes = await Promise.allSettled(Array.from({ length: atOnce }, worker))
  const failure = outcomes.find((outcome) => outcome.status === 'rejected')
  if (failure !== undefined) throw failure.reason
}
