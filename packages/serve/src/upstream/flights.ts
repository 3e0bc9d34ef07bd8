import { orAbort, type AbortOptions } from '@lading/clock'

/** What several ask for at once is done once. It goes on without those who leave. */
export interface Flights {
  has(key: string): boolean
  share<T>(key: string, work: () => Promise<T>, options?: AbortOptions): Promise<T>
}

export function createFlights(): Flights {
  const underWay = new Map<string, Promise<unknown>>()
  return {
    has: (key) => underWay.has(key),
    async share<T>(key: string, work: () => Promise<T>, options?: AbortOptions): Promise<T> {
      let flight = underWay.get(key) as Promise<T> | undefined
      if (flight === undefined) {
        flight = work().finally(() => underWay.delete(key))
        underWay.set(key, flight)
      }
      return orAbort(flight, options)
    },
  }
}
