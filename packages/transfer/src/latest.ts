/**
 * One watcher's view of a progress that may run faster than it is read: the newest value replaces an unread one,
 * and what was set before the end is read before the end.
 */
export interface Latest<T> extends AsyncIterable<T> {
  set(value: T): void
  end(): void
}

export function createLatest<T>(): Latest<T> {
  let current: { readonly value: T } | undefined
  let ended = false
  let changed = Promise.withResolvers<void>()

  const announce = (): void => {
    changed.resolve()
    changed = Promise.withResolvers<void>()
  }

  return {
    set(value) {
      if (ended) return
      current = { value }
      announce()
    },
    end() {
      ended = true
      announce()
    },
    async *[Symbol.asyncIterator]() {
      let seen: typeof current
      for (;;) {
        if (current !== undefined && current !== seen) {
          seen = current
          yield seen.value
        } else if (ended) return
        else await changed.promise
      }
    },
  }
}
