import type { Digest } from '@lading/digest'
import type { UnderLock } from './place.ts'

/**
 * Small documents by digest that can all be made again. Whoever changes one by what it saw under the lock says so
 * (`UnderLock`): then nothing is changed once the lock was lost, and the change rejects with what `assertHeld` throws.
 * Whatever is in a record's place and is none counts as absent, and the next `put` or `remove` clears it away.
 */
export interface Records<Stored> {
  /** `undefined`: not there, or nothing that can be read as one. @throws `PERMISSION` when they may not be read; `DigestError` */
  get(key: Digest): Promise<Stored | undefined>
  /** Replaces it in one step, which survives a power cut unless they are not `durable`. @throws `DigestError` */
  put(key: Digest, bytes: Uint8Array, options?: UnderLock): Promise<void>
  /** `false`: nothing was there. @throws `DigestError` */
  remove(key: Digest, options?: UnderLock): Promise<boolean>
  /** In order of algorithm and hex digits. */
  list(): AsyncIterable<Stored>
}

/** What a record of one kind looks like. */
export interface RecordFormat<Stored> {
  /** A larger one is no record. */
  readonly maxBytes: number
  /** `undefined`: not the record with this key, or not one at all. */
  readonly parse: (bytes: Uint8Array, key: Digest) => Stored | undefined
  /** Whether they survive a power cut. Hints need not, and are written without waiting for the disk. Default true. */
  readonly durable?: boolean | undefined
}

/** Image ID to facts; chainID to facts; blob digest to diffID, and of removed ones; which repository has which content. */
export type RecordKind = 'images' | 'layers' | 'diff-ids' | 'former-diff-ids' | 'origins'

/** What an engine gives for records; what is in them is said by the stores above. Opened, nothing is read or written. */
export type OpenRecords = <Stored>(kind: RecordKind, format: RecordFormat<Stored>) => Records<Stored>
