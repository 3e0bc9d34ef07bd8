import { availableParallelism } from 'node:os'

/** Does it for all, so many at a time as there are processors: each is a process that computes. */
export async function inLanes<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const queue = [...items]
  const lane = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await work(next)
  }
  await Promise.all(Array.from({ length: availableParallelism() }, lane))
}
