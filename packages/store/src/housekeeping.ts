import type { AbortOptions } from '@lading/clock'
import type { Amount, Leftovers } from '@lading/content-store'
import type { Digest } from '@lading/digest'
import type { Descriptor } from '@lading/manifest'
import type { Reference } from '@lading/reference'

/** A name that may go. */
export interface PrunableName {
  readonly reference: Reference
  readonly target: Descriptor
  /** RFC 3339, from the config of the image that the name stands for here; `undefined` where there is none or it cannot be read. */
  created(): Promise<string | undefined>
  /** Of the same config; none where it has none, `undefined` where it cannot be read. */
  labels(): Promise<Readonly<Record<string, string>> | undefined>
}

export interface NameChoice extends AbortOptions {
  /**
   * Which names with a tag may go. Default: none, and with `maxSize` all. A digest without a tag of its repository is a
   * name that nobody uses (docker's `<none>`) and always goes.
   */
  readonly select?: ((name: PrunableName) => boolean | Promise<boolean>) | undefined
  /** Names that may go do so, the oldest pulled first, only until named content takes at most so many bytes. */
  readonly maxSize?: number | undefined
}

export interface PruneOptions extends NameChoice {
  /** Content that no name ever needed stays while it is younger, in milliseconds. Default 600 000. */
  readonly minAgeMs?: number | undefined
  /** Removes nothing, and says what would be. Default false. */
  readonly dryRun?: boolean | undefined
}

export interface Pruned {
  /** Familiar references, docker's `Untagged:` lines. */
  readonly untagged: readonly string[]
  /** docker's `Deleted:` lines: image IDs and chainIDs that nothing reaches any more. */
  readonly deleted: readonly Digest[]
  /** Manifests, configs and layers that no name needs. */
  readonly content: Amount
  /** What was left over and nobody has a use for. */
  readonly leftovers: Leftovers
  /** All of it, in bytes. */
  readonly freed: number
  /** Why content was not collected: as in `Removal`. */
  readonly uncollected?: unknown
}

/** Where the space is. Sizes are those of files, in bytes. */
export interface Usage {
  /** One for each name that `images` shows, and for those that it leaves out: artifacts and damaged ones. Sorted by name. */
  readonly images: readonly ImageUsage[]
  /** Manifests, configs and layers that names need, the entries of others in `index.json` included. */
  readonly named: Amount
  /** Of that, what more than one target needs. */
  readonly shared: Amount
  /** The same that nobody needs: left by pulls that did not end well, or on its way to its name. `prune` removes it. */
  readonly unnamed: Amount
  /** The same that a server keeps, and no name needs. */
  readonly served: Amount
  readonly leftovers: Leftovers
}

export interface ImageUsage {
  /** Full name without tag or digest. */
  readonly name: string
  readonly tag?: string | undefined
  readonly target: Descriptor
  /** Of everything here that the name reaches, all platforms and documents. */
  readonly size: number
  /** Of what another target needs as well. */
  readonly shared: number
  /** Of what goes away with the last name of this target. */
  readonly unique: number
}
