/** How many of something each client has, and all together. */
export interface Counter {
  /** One more. `client`, `all`: there are too many already, of this client or of all; then it is none more. */
  take(client: string): 'taken' | 'client' | 'all'
  /** One less, for each that was taken. */
  giveBack(client: string): void
  readonly all: number
  of(client: string): number
}

export function createCounter({ perClient, all: most }: { readonly perClient: number; readonly all: number }): Counter {
  const counts = new Map<string, number>()
  let all = 0
  return {
    get all() {
      return all
    },
    of: (client) => counts.get(client) ?? 0,
    take(client) {
      if (all >= most) return 'all'
      const own = counts.get(client) ?? 0
      if (own >= perClient) return 'client'
      counts.set(client, own + 1)
      all += 1
      return 'taken'
    },
    giveBack(client) {
      const left = (counts.get(client) ?? 0) - 1
      if (left < 0) return
      all -= 1
      // Nothing is kept of who left.
      if (left === 0) counts.delete(client)
      else counts.set(client, left)
    },
  }
}
