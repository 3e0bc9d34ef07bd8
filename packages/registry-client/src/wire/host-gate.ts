import type { Clock } from '@lading/clock'
import { createConcurrency } from './concurrency.ts'

/** What came of a request: the host had too much, or took no connection, which means the same while it has others of ours. */
export type Verdict = 'good' | 'too-much' | 'unreachable' | 'neither'

/** A place at a host. */
export interface Pass {
  /** Our side makes the host wait, or does so no longer. */
  readonly idle: (is: boolean) => void
  /** Once, at the end. */
  leave(verdict: Verdict): void
}

export interface EnterOptions {
  readonly signal?: AbortSignal | undefined
  /**
   * Told that the host rests for `ms` more, `added` of which are new to whoever waits; again when the rest becomes longer.
   * What it throws is what waiting ends with.
   */
  readonly onRest?: ((ms: number, added: number) => void) | undefined
}

/** One host's gate: so many at once, in the order they came, nobody while it rests. */
export interface HostGate {
  enter(options: EnterOptions): Promise<Pass>
  /** For who must not wait here: `undefined` when it would have to. */
  tryEnter(): Pass | undefined
  /** Waits in line until `tryEnter` would let one in, and takes no place. */
  whenOpen(options: EnterOptions): Promise<void>
  pause(ms: number): void
  /** Nobody is there, nobody waits, and nothing needs to be remembered. */
  readonly forgettable: boolean
  /** Turns everybody away who waits. */
  close(reason: unknown): void
}

/**
 * When every place is held by a request that our own side keeps waiting for so long, the next goes in all the same:
 * whoever reads one blob inside the loop over another waits for himself.
 */
const patienceMs = 1000

interface Waiter {
  readonly admit: () => void
  readonly refuse: (reason: unknown) => void
  readonly onRest: NonNullable<EnterOptions['onRest']>
}

export function createHostGate(
  clock: Clock,
  {
    most,
    onLimit,
    onWait,
  }: {
    readonly most: number
    readonly onLimit: (limit: number) => void
    /** Somebody waits for so long, because the host rests. Once for each rest. */
    readonly onWait: (ms: number) => void
  },
): HostGate {
  const concurrency = createConcurrency(most)
  const queue = new Set<Waiter>()
  let active = 0
  let idle = 0
  let idleSince = 0
  let restsUntil = 0
  let toldUntil = 0
  let alarm: AbortController | undefined

  const wakeIn = (ms: number): void => {
    alarm?.abort()
    if (ms === Infinity) return
    const mine = (alarm = new AbortController())
    clock.sleep(ms, { signal: mine.signal }).then(
      () => {
        if (alarm === mine) letIn()
      },
      () => undefined,
    )
  }
  const admitFirst = (): void => {
    for (const waiter of queue) {
      queue.delete(waiter)
      waiter.admit()
      return
    }
  }
  const mayEnter = (now: number): boolean =>
    active < concurrency.limit || (idle === active && now >= idleSince + patienceMs)
  const letIn = (): void => {
    const now = clock.now()
    const rests = now < restsUntil
    if (!rests) while (queue.size > 0 && mayEnter(now)) admitFirst()
    if (queue.size === 0) wakeIn(Infinity)
    else if (rests) wakeIn(restsUntil - now)
    else wakeIn(idle === active ? idleSince + patienceMs - now : Infinity)
  }

  const issue = (): Pass => {
    active += 1
    const begun = concurrency.begin()
    let resting = false
    const mark = (is: boolean): void => {
      if (is === resting) return
      resting = is
      idle += is ? 1 : -1
      if (is && idle === active) idleSince = clock.now()
      if (queue.size > 0) letIn()
    }
    return {
      idle: mark,
      leave(verdict) {
        mark(false)
        const tooMuch = verdict === 'too-much' || (verdict === 'unreachable' && active > 1)
        const changed = tooMuch
          ? concurrency.tooMuch(begun, active)
          : verdict === 'good' && concurrency.good(begun, active)
        active -= 1
        if (idle === active) idleSince = clock.now()
        if (changed) onLimit(concurrency.limit)
        if (queue.size > 0) letIn()
      },
    }
  }

  const tellOfRest = (waiter: Waiter, ms: number, added: number): void => {
    try {
      waiter.onRest(ms, added)
    } catch (error) {
      queue.delete(waiter)
      waiter.refuse(error)
      return
    }
    if (toldUntil >= restsUntil) return
    toldUntil = restsUntil
    onWait(ms)
  }
  const inLine = <T>({ signal, onRest = () => undefined }: EnterOptions, admitted: () => T): Promise<T> =>
    new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(signal.reason as Error)
      const done = (): void => signal?.removeEventListener('abort', onAbort)
      const waiter: Waiter = {
        admit() {
          done()
          resolve(admitted())
        },
        refuse(reason) {
          done()
          reject(reason)
        },
        onRest,
      }
      const onAbort = (): void => {
        queue.delete(waiter)
        waiter.refuse(signal?.reason)
        letIn()
      }
      signal?.addEventListener('abort', onAbort, { once: true })
      queue.add(waiter)
      const rest = restsUntil - clock.now()
      if (rest > 0) tellOfRest(waiter, rest, rest)
      letIn()
    })

  return {
    enter: (options) => inLine(options, issue),
    tryEnter() {
      const now = clock.now()
      return now >= restsUntil && mayEnter(now) ? issue() : undefined
    },
    whenOpen: (options) => inLine(options, () => undefined),
    pause(ms) {
      const now = clock.now()
      const added = now + ms - Math.max(restsUntil, now)
      if (added > 0) {
        restsUntil = now + ms
        for (const waiter of queue) tellOfRest(waiter, ms, added)
      }
      if (queue.size > 0) letIn()
    },
    get forgettable() {
      return active === 0 && queue.size === 0 && concurrency.limit === most && clock.now() >= restsUntil
    },
    close(reason) {
      alarm?.abort()
      for (const waiter of queue) waiter.refuse(reason)
      queue.clear()
    },
  }
}
