interface Flight<T> {
  readonly result: Promise<T>
  readonly controller: AbortController
  waiting: number
}

/** Work under a key that runs once however many want its result; it is given up when the last of them leaves. */
export interface SingleFlight<T> {
  run(
    key: string,
    work: (signal: AbortSignal) => Promise<T>,
    options?: { signal?: AbortSignal | undefined },
  ): Promise<T>
}

export function createSingleFlight<T>(): SingleFlight<T> {
  const flights = new Map<string, Flight<T>>()
  return {
    run(key, work, { signal } = {}) {
      if (signal?.aborted === true) return Promise.reject(signal.reason as Error)
      const flight = flights.get(key) ?? start(flights, key, work)
      flight.waiting++
      return new Promise<T>((resolve, reject) => {
        const leave = (): void => {
          signal?.removeEventListener('abort', onAbort)
          flight.waiting--
        }
        const onAbort = (): void => {
          leave()
          if (flight.waiting === 0) {
            if (flights.get(key) === flight) flights.delete(key)
            flight.controller.abort(signal?.reason)
          }
          reject(signal?.reason as Error)
        }
        signal?.addEventListener('abort', onAbort, { once: true })
        flight.result.then(
          (value) => {
            leave()
            resolve(value)
          },
          (error: unknown) => {
            leave()
            reject(error)
          },
        )
      })
    },
  }
}

function start<T>(flights: Map<string, Flight<T>>, key: string, work: (signal: AbortSignal) => Promise<T>): Flight<T> {
  const controller = new AbortController()
  const flight: Flight<T> = {
    controller,
    waiting: 0,
    result: work(controller.signal).finally(() => {
      if (flights.get(key) === flight) flights.delete(key)
    }),
  }
  flights.set(key, flight)
  return flight
}
