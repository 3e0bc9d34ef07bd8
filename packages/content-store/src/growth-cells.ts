import { growthState, type FileGrowth } from './growth.ts'

/** The writing end of a `FileGrowth`. */
export interface GrowthWriter {
  readonly growth: FileGrowth
  /** Bytes that a reader of the file can read now, from its start. */
  readonly grown: (length: number) => void
  /** Before the truncation: what was read of the file so far is void. */
  readonly restart: () => void
  readonly end: (state: 'verified' | 'failed') => void
  /** For readers of the same thread: the three cells as they are now, and the next change of any. */
  readonly generation: bigint
  readonly length: number
  readonly state: bigint
  changed(): Promise<void>
}

const generation = 0
const length = 1
const state = 2

export function growthWriter(path: string, finalPath: string, start: number): GrowthWriter {
  const shared = new SharedArrayBuffer(3 * BigInt64Array.BYTES_PER_ELEMENT)
  const cells = new BigInt64Array(shared)
  Atomics.store(cells, length, BigInt(start))
  let next: PromiseWithResolvers<void> | undefined
  const notify = (): void => {
    Atomics.notify(cells, length)
    const told = next
    next = undefined
    told?.resolve()
  }
  return {
    growth: { path, finalPath, cells: shared },
    get generation() {
      return Atomics.load(cells, generation)
    },
    get length() {
      return Number(Atomics.load(cells, length))
    },
    get state() {
      return Atomics.load(cells, state)
    },
    changed: () => (next ??= Promise.withResolvers<void>()).promise,
    grown(bytes) {
      Atomics.store(cells, length, BigInt(bytes))
      notify()
    },
    restart() {
      // The length first: whoever sees the new generation must not see the old length with it.
      Atomics.store(cells, length, 0n)
      Atomics.add(cells, generation, 1n)
      notify()
    },
    end(outcome) {
      // What is verified or failed stays so: a close after a commit says nothing new.
      if (Atomics.compareExchange(cells, state, growthState.growing, growthState[outcome]) === growthState.growing)
        notify()
    },
  }
}
