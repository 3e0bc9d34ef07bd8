import { algorithmOf, hexOf } from '@lading/digest'
import type { Descriptor } from '@lading/manifest'
import type { Records } from '../contracts.ts'
import type { Place } from '../request/choose-upstream.ts'
import { sealDescriptor } from './descriptor-record.ts'

/** Before content comes: says that it is the server's, so that collection leaves it. */
export type Keep = (descriptor: Descriptor, place: Place) => Promise<void>

/** @param now milliseconds since the epoch */
export const createKeep =
  (records: Records, now: () => number): Keep =>
  (descriptor, { upstream: { host }, repository }) =>
    records.put(
      `content/${algorithmOf(descriptor.digest)}/${hexOf(descriptor.digest)}`,
      sealDescriptor(descriptor, { host, repository, at: now() }),
    )
