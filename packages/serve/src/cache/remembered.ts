/** The values asked for or set last, as many as there is room for. */
export interface Remembered<T> {
  get(key: string): T | undefined
  set(key: string, value: T): void
  delete(key: string): void
}

/**
 * @param room for how much. A value takes a few hundred bytes of memory beside what it says.
 * @param weigh how much of it a value takes. Default 1 each.
 */
export function createRemembered<T extends object>(room: number, weigh: (value: T) => number = () => 1): Remembered<T> {
  const values = new Map<string, T>()
  let taken = 0
  const remove = (key: string): void => {
    const value = values.get(key)
    if (value !== undefined && values.delete(key)) taken -= weigh(value)
  }
  const set = (key: string, value: T): void => {
    remove(key)
    values.set(key, value)
    taken += weigh(value)
    for (const oldest of values.keys()) {
      if (taken <= room) return
      remove(oldest)
    }
  }
  return {
    get(key) {
      const value = values.get(key)
      if (value !== undefined) {
        values.delete(key)
        values.set(key, value)
      }
      return value
    },
    set,
    delete: remove,
  }
}
