/** All times of the protocol, in milliseconds, so that tests shorten them together. */
export interface Times {
  /** An owner (of a blob on its way, of a lease) says so often that it lives. Default 5 s. */
  readonly beatMs: number
  /** An owner whose unchanged beat was observed for so long, by the observer's monotonic clock while the store answered, is dead. Default 30 s. */
  readonly deadMs: number
  /** Who waits for somebody else looks so often. Default 500 ms. */
  readonly pollMs: number
  /** While bytes flow, what came is in the store after so long. Default 1 s. */
  readonly flushMs: number
  /**
   * Between the mark that something will be deleted and the last look before it is. Whoever began a step more than half of
   * it ago abandons it. Default 1 h.
   */
  readonly graceMs: number
  /** No request to the store lasts longer. Default 60 s. */
  readonly requestMs: number
  /** For so long a store that is busy or silent is asked again. Default 5 min. */
  readonly patienceMs: number
  /** Who lets go of a blob or of a lease tells the store so for so long, and then leaves it as a killed process does. Default 10 s. */
  readonly closeMs: number
  /** A blob on its way that nobody went on with for so long is given up. Default 7 days. */
  readonly abandonedMs: number
}

const defaults: Times = {
  beatMs: 5_000,
  deadMs: 30_000,
  pollMs: 500,
  flushMs: 1_000,
  graceMs: 3_600_000,
  requestMs: 60_000,
  patienceMs: 300_000,
  closeMs: 10_000,
  abandonedMs: 7 * 24 * 3_600_000,
}

/** @param options.scale what every time is multiplied by that is not given itself, for tests. Default 1. */
export function timesOf({
  scale = 1,
  ...given
}: { readonly [Time in keyof Times]?: Times[Time] | undefined } & { readonly scale?: number | undefined } = {}): Times {
  const of = (time: keyof Times): number => given[time] ?? defaults[time] * scale
  return {
    beatMs: of('beatMs'),
    deadMs: of('deadMs'),
    pollMs: of('pollMs'),
    flushMs: of('flushMs'),
    graceMs: of('graceMs'),
    requestMs: of('requestMs'),
    patienceMs: of('patienceMs'),
    closeMs: of('closeMs'),
    abandonedMs: of('abandonedMs'),
  }
}
