import type { Random } from './random.ts'

/** One parser under test. */
export interface Target {
  /** As on the command line, and the name of its folder in `corpus/`. */
  readonly name: string
  /** An input by the grammar, more or less: good ones and nearly good ones. */
  readonly generate: (random: Random) => Uint8Array
  /** What the grammar is made of, for mutations that stay near it. */
  readonly words: readonly string[]
  /**
   * Gives the parser the input. Returns when all is as it should be, a typed refusal included; throws what is wrong: any
   * other error, and any property that does not hold.
   */
  readonly check: (input: Uint8Array) => void
}
