import type { Random } from './random.ts'

/** What inputs are made of. */
export interface InputMaker {
  /** As on the command line, and the name of its folder in `corpus/`. */
  readonly name: string
  /** An input by the grammar, more or less: good ones and nearly good ones. */
  readonly generate: (random: Random) => Uint8Array
  /** What the grammar is made of, for mutations that stay near it. */
  readonly words: readonly string[]
}

/** One parser under test. */
export interface Target extends InputMaker {
  /**
   * Gives the parser the input. Returns when all is as it should be, a typed refusal included; throws what is wrong: any
   * other error, and any property that does not hold.
   */
  readonly check: (input: Uint8Array) => void
}

/** One that waits, for a stream or a file: it is held to everything but the number of its steps. */
export interface WaitingTarget extends InputMaker {
  /** As `check` of a `Target`. */
  readonly check: (input: Uint8Array) => Promise<void>
}
