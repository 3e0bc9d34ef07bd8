import type { Digest } from '@lading/digest'
import type { Origin, Source } from '../source.ts'
import type { Target } from '../target.ts'

/** A place that content comes from and goes to, of its own for each case. What is absent is not tested. */
export interface ContentPlace {
  readonly source: Source
  readonly target: Target
  /** The same place once more, as another process would open it. */
  readonly again?: (() => Promise<Pick<ContentPlace, 'source' | 'target'>>) | undefined
  /** A name in the grammar of the place, made of a short word. Default: the word. */
  readonly name?: ((word: string) => string) | undefined
  /** Changes one byte of a blob behind the place's back. */
  readonly damage?: ((digest: Digest) => Promise<void>) | undefined
  /** Removes a name, and then everything that no name and no delivery needs. */
  readonly forget?: ((name: string) => Promise<void>) | undefined
  /** Puts a blob where the place can mount it from. */
  readonly elsewhere?: ((bytes: Uint8Array) => Promise<Origin>) | undefined
  readonly dispose?: (() => Promise<void>) | undefined
}

/** What is under test. */
export interface ContentSubject {
  create(): Promise<ContentPlace>
}
