import type { AbortOptions } from '@lading/clock'
import type { Digest } from '@lading/digest'
import type { Platform } from '@lading/manifest'

/** One thing that is wrong in a store. Names are full references; `repaired` says that it was, in this check. */
export type Finding =
  /** `index.json` cannot be read. Repaired: made anew from its copies, with these names and without those that are not whole. */
  | {
      readonly kind: 'names-lost'
      readonly path: string
      readonly error: unknown
      readonly repaired: boolean
      readonly restored?: readonly string[] | undefined
      readonly dropped?: readonly string[] | undefined
    }
  /**
   * What a name reaches is not whole: these are not here, or have another size. Repaired: a disk had changed its entry in
   * `index.json`, and a copy of that tells where it led.
   */
  | {
      readonly kind: 'name-broken'
      readonly name: string
      readonly target: Digest
      readonly missing: readonly Digest[]
      readonly pulls: readonly MendingPull[]
      readonly repaired: boolean
    }
  /**
   * A disk has changed the entry of a name in `index.json`: it is not there any more, or says something else of its target
   * than is so. A copy of that file tells what it said. Repaired: it says so again.
   */
  | { readonly kind: 'name-changed'; readonly name: string; readonly target: Digest; readonly repaired: boolean }
  /** A blob is not what its name says, or no file (`damaged`); or it cannot be read, and may be good. */
  | {
      readonly kind: 'blob-damaged' | 'blob-unreadable'
      readonly digest: Digest
      readonly path: string
      readonly error: unknown
      /** That need it. */
      readonly names: readonly string[]
      readonly pulls: readonly MendingPull[]
      readonly repaired: false
    }
  /** A record remembers something else than is so, or cannot be read as one. Repaired: written anew, or forgotten. */
  | {
      readonly kind: 'record-wrong'
      readonly record: 'diff-ids' | 'layers' | 'images'
      readonly digest: Digest
      readonly why: string
      readonly repaired: boolean
    }
  /** Nobody of us puts such a thing there. It is never removed. */
  | { readonly kind: 'file-unknown'; readonly path: string; readonly repaired: false }

/** With `verifyStored` it brings back what is bad, and fetches nothing else. */
export interface MendingPull {
  /** `name@digest`: the tag may have moved. */
  readonly reference: string
  /** Of the image in an index that is concerned. */
  readonly platform?: Platform | undefined
}

export interface CheckOptions extends AbortOptions {
  /**
   * Repairs what needs no network: names from the copies of `index.json`, and records. Default false: nothing is changed
   * on disk. What blobs need is a pull of the names that need them, with `verifyStored`.
   */
  readonly repair?: boolean | undefined
  /** Told of each finding, once it is known what became of it. */
  readonly onFinding?: ((finding: Finding) => void) | undefined
}

export interface Checked {
  readonly findings: readonly Finding[]
  readonly names: number
  readonly blobs: number
  /** Of the blobs, all of which were read. */
  readonly bytes: number
  readonly records: number
}
