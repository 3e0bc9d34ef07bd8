/** Each item once, three at a time: one waits, for the disk or another process, while the others work. */
export async function inLanes<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values()
  const lane = async (): Promise<void> => {
    for (const item of queue) await act(item)
  }
  await Promise.all([lane(), lane(), lane()])
}
