import type { Descriptor } from '@lading/manifest'
import type { Reference } from '@lading/reference'
import { decodeEntry, encodeEntry } from './decode-entry.ts'
import type { NamedTarget } from './reference-store.ts'
import { storedReference } from './stored-name.ts'

/** An entry that is ours: what it says, and how it was written. */
export interface NamedEntry extends NamedTarget {
  readonly written: string
}

/** The entry that says this name points to this target. */
export function namedEntry(reference: Reference, target: Descriptor): NamedEntry {
  const stored = storedReference(reference)
  const name = String(stored)
  const written = encodeEntry(name, target)
  // As it is read again: what an entry does not keep is no part of it.
  const kept = decodeEntry(JSON.parse(written)).named
  return { name, reference: stored, target: kept?.target ?? target, written }
}
