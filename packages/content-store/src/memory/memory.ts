import type { Digest } from '@lading/digest'
import type { RecordKind } from '../records.ts'
import type { GrowingChunks } from './growing-chunks.ts'

/** One blob. Another copy of it is another object. */
export interface MemoryBlob {
  readonly bytes: Uint8Array
  readonly modifiedMs: number
}

/** The start of a blob whose ingest was closed. */
export interface MemoryPartial {
  readonly chunks: readonly Uint8Array[]
  readonly validator: string | undefined
  readonly source: string | undefined
}

/** What the stores in memory keep, as a directory is what the others keep. Several may be opened over one. */
export interface Memory {
  /** Unique in this process. */
  readonly id: string
  readonly blobs: Map<Digest, MemoryBlob>
  readonly partials: Map<Digest, MemoryPartial>
  /** Of ingests that go on: what others may read of them. */
  readonly arriving: Map<Digest, GrowingChunks>
  /** How many ingests have not ended. */
  ingests: number
  /** Was removed, oldest first. */
  readonly trash: { readonly digest: Digest; readonly blob: MemoryBlob }[]
  /** Was damaged, and was replaced. */
  readonly quarantine: MemoryBlob[]
  readonly leases: Set<ReadonlySet<Digest>>
  readonly records: ReadonlyMap<RecordKind, Map<Digest, Uint8Array>>
  readonly notes: Map<string, Uint8Array>
}

let made = 0

export function createMemory(): Memory {
  return {
    id: `memory ${++made}`,
    blobs: new Map(),
    partials: new Map(),
    arriving: new Map(),
    ingests: 0,
    trash: [],
    quarantine: [],
    leases: new Set(),
    records: new Map([
      ['images', new Map()],
      ['layers', new Map()],
      ['diff-ids', new Map()],
      ['former-diff-ids', new Map()],
      ['origins', new Map()],
    ]),
    notes: new Map(),
  }
}
