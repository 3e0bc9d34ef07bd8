import type { Eviction, LastUsed, Tidying } from '@lading/serve'

/** How soon after something came there is a look, and how often what was used is written down, in milliseconds. */
const [soonMs, writeMs] = [500, 60_000]
/** When notes that lead to nothing are looked for first, and how often, in milliseconds: every note is read. */
const [firstTidyMs, tidyMs] = [300_000, 3_600_000]

export interface RoomKeeper {
  /** Something came. */
  grown(): void
  /** Writes down what was used, and looks no more. */
  close(): Promise<void>
}

/** Makes room in the background: at once, and soon after something came. */
export function keepRoom(
  {
    eviction,
    tidying,
    lastUsed,
  }: { readonly eviction: Pick<Eviction, 'run'>; readonly tidying: Tidying; readonly lastUsed: LastUsed },
  { onEvicted, onError }: { readonly onEvicted: (bytes: number) => void; readonly onError: (error: unknown) => void },
): RoomKeeper {
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | undefined
  const look = (): void => {
    timer = undefined
    running = eviction
      .run()
      .then(({ bytes }) => {
        if (bytes > 0) onEvicted(bytes)
      })
      .catch(onError)
  }
  let tidied: Promise<unknown> | undefined
  let next: NodeJS.Timeout | undefined
  const tidyIn = (ms: number): void => {
    next = setTimeout(() => {
      tidied = tidying
        .run()
        .catch(onError)
        .finally(() => tidyIn(tidyMs))
    }, ms).unref()
  }
  tidyIn(firstTidyMs)
  const writing = setInterval(() => void lastUsed.flush(), writeMs)
  writing.unref()
  look()
  return {
    grown: () => void (timer ??= setTimeout(look, soonMs).unref()),
    async close() {
      clearTimeout(timer)
      clearInterval(writing)
      await running
      await tidied
      clearTimeout(next)
      await lastUsed.flush()
    },
  }
}
