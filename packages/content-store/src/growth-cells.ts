import { growthState, type FileGrowth } from './growth.ts'

/** The writing end of a `FileGrowth`. */
export interface GrowthWriter {
  readonly growth: FileGrowth
  /** Bytes that a reader of the file can read now, from its start. */
  readonly grown: (length: number) => void
  /** Before the truncation: what was read of the file so far is void. */
  readonly restart: () => void
  readonly end: (state: 'verified' | 'failed') => void
}

const generation = 0
const length = 1
const state = 2

export function growthWriter(path: string, finalPath: string, start: number): GrowthWriter {
  const shared = new SharedArrayBuffer(3 * BigInt64Array.BYTES_PER_ELEMENT)
  const cells = new BigInt64Array(shared)
  Atomics.store(cells, length, BigInt(start))
  const notify = (): void => void Atomics.notify(cells, length)
  return {
    growth: { path, finalPath, cells: shared },
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
