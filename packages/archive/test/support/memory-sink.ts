import type { ArchiveSink } from '@lading/archive'

/** An archive in memory, as a file has it, or as a pipe does. */
export interface MemorySink extends ArchiveSink {
  bytes(): Uint8Array
  readonly outcome: 'open' | 'finished' | 'aborted'
  readonly chunks: readonly number[]
}

export function memorySink({ rewinds = true }: { readonly rewinds?: boolean } = {}): MemorySink {
  let all = Buffer.alloc(0)
  const chunks: number[] = []
  const state = {
    outcome: 'open' as MemorySink['outcome'],
    chunks,
    bytes: () => new Uint8Array(all),
    givesBack: true as const,
    async write(bytes: Uint8Array) {
      chunks.push(bytes.byteLength)
      all = Buffer.concat([all, bytes])
    },
    async finish() {
      state.outcome = 'finished'
    },
    async abort() {
      state.outcome = 'aborted'
    },
  }
  return rewinds
    ? {
        ...state,
        get outcome() {
          return state.outcome
        },
        truncate: async (length) => void (all = all.subarray(0, length)),
      }
    : {
        ...state,
        get outcome() {
          return state.outcome
        },
      }
}
