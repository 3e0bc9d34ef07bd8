import type { Digest } from '@lading/digest'
import type { Descriptor } from '@lading/manifest'
import type { Reference } from '@lading/reference'

/** One name and what it points to. */
export interface NamedTarget {
  /** Full canonical text: `docker.io/library/alpine:3.20` or `docker.io/library/alpine@sha256:…`; never both, never neither. */
  readonly name: string
  /** The same, parsed. */
  readonly reference: Reference
  /** Media type, digest, size; artifact type and annotations where it was given them. */
  readonly target: Descriptor
}

/**
 * Names to targets. What any engine can give: in files they are one document, `index.json`, with one lock; an engine
 * without locks may keep each name by itself.
 */
export interface ReferenceStore {
  /** All names, sorted by their text. @throws of files: `INDEX_JSON_INVALID`, `INDEX_JSON_UNSUPPORTED`, `INDEX_JSON_TOO_LARGE` */
  list(): Promise<readonly NamedTarget[]>
  /**
   * The same, with what tells them apart from all others: as long as it is the same, so are the names. Both are of one
   * look, so that no change between two comes in. Absent where nothing of the kind is cheap to have.
   *
   * @throws as `list` does
   */
  listStamped?(): Promise<{ readonly names: readonly NamedTarget[]; readonly stamp?: string | undefined }>
  /** A digest decides over a tag; neither means `latest`. @throws as `list` does */
  get(reference: Reference): Promise<Descriptor | undefined>
  /** What the entries of others point to: those without our names. Not trusted. None where nobody else writes. @throws as `list` does */
  foreignTargets(): Promise<readonly Descriptor[]>
  /**
   * Reads, changes and writes names so that no change of others is lost: from before the read until `change` has
   * settled, others are kept out; or, in an engine that cannot, what others have changed meanwhile makes `save` and
   * `assertHeld` throw `LOCK_LOST`. Whoever gets that begins again: what it looked at may be otherwise by now. When
   * `change` rejects, nothing that was not saved by then is written.
   *
   * @param options.only the names that `change` gets, sets and deletes: an engine that keeps each by itself reads these
   *   and the `name@digest` that each leads to now, and need not list others. Default: all.
   * @throws as `list` does; of files, `INDEX_JSON_TOO_LARGE` for what would be larger than 64 MiB; `LOCK_LOST`, and then nothing was written since the last `save`
   */
  update<T>(
    change: (names: Names) => T | Promise<T>,
    options?: { readonly signal?: AbortSignal | undefined; readonly only?: readonly Reference[] | undefined },
  ): Promise<T>
  /**
   * Makes names that cannot be read anew, from the copies that are kept of them: each name of those for which
   * `isWhole`, of two targets the newer one. Names that were removed since may return. `undefined`: they can be read.
   *
   * @throws `INDEX_JSON_INVALID` when no copy can be read either; `INDEX_JSON_UNSUPPORTED`, `INDEX_JSON_TOO_LARGE`; `LOCK_LOST`
   */
  restore(
    isWhole: (named: NamedTarget) => Promise<boolean>,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<Restoration | undefined>
  /**
   * Mends entries that a disk has changed a little: those that nearly are what a copy of the names says, and are not right, are
   * no names any more or, by one bit, another name, where what the copy says is right. Absent where names cannot be spoilt
   * one by one, or no copies are kept.
   *
   * @param isRight whether an entry leads to what is whole, and says of it what is so
   * @param options.dryRun says which, changes nothing and takes no lock. Default false.
   * @throws as `list` does; `LOCK_LOST`
   */
  mend?(
    isRight: (named: NamedTarget) => Promise<boolean>,
    options?: { readonly signal?: AbortSignal | undefined; readonly dryRun?: boolean | undefined },
  ): Promise<readonly MendedName[]>
}

/** A name that leads where it did before a disk has changed it. */
export interface MendedName {
  readonly name: string
  /** Where it led meanwhile; absent: there was no such name any more. */
  readonly was?: Digest | undefined
  readonly is: Digest
}

/** What became of the names in the copies. Sorted. */
export interface Restoration {
  readonly restored: readonly NamedTarget[]
  /** They are not whole. */
  readonly dropped: readonly NamedTarget[]
}

/** The names during an update. Changes are on disk after `save`, or after the update. */
export interface Names {
  list(): readonly NamedTarget[]
  get(reference: Reference): Descriptor | undefined
  /**
   * Points a name to a target. A reference with a digest is stored under that digest only. A tag that pointed elsewhere
   * moves, and what it pointed to stays as `name@digest`.
   *
   * @returns the digest that the tag pointed to, if that was another one
   * @throws `REFERENCE_AMBIGUOUS` for the name `sha256`, `REFERENCE_DIGEST_MISMATCH`
   */
  set(reference: Reference, target: Descriptor): Digest | undefined
  /** `false`: was not there. */
  delete(reference: Reference): boolean
  /** What the entries of others point to: those without our names. Not trusted, and kept. */
  foreignTargets(): readonly Descriptor[]
  /**
   * For the last moment before something else is changed by what these names say.
   *
   * @throws `LOCK_LOST` when the names may be others by now: somebody took the lock over, or changed them without one
   */
  assertHeld(): Promise<void>
  /** In files: for `ContentStore.remove`, which with it removes nothing once the names may be others. */
  readonly fence?: string | undefined
  /**
   * Writes the names now, for a caller who has more to do in this update. Nothing changed: nothing is written. Where they
   * are not one document, they are written in the order in which they were changed, and a crash may leave the first of them.
   */
  save(): Promise<void>
}
