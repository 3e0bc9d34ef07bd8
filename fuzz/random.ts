/** Numbers that depend on the seed alone. */
export interface Random {
  /** From 0 on, below `limit`. */
  below(limit: number): number
  /** True once in `times`. */
  once(times: number): boolean
  pick<T>(from: readonly T[]): T
  bytes(length: number): Uint8Array
  /** A text of these characters. */
  text(characters: string, length: number): string
}

/** @param stream numbers of one seed that are needed apart: each run has its own, so that one can be run again alone */
export function createRandom(seed: number, stream = 0): Random {
  // splitmix32 spreads seeds that lie side by side; its numbers are good enough to choose inputs by.
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(stream + 1, 0xc2b2ae35)
  function next(): number {
    state = (state + 0x9e3779b9) | 0
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return (mixed ^ (mixed >>> 15)) >>> 0
  }
  const below = (limit: number): number => Math.floor((next() / 2 ** 32) * limit)
  return {
    below,
    once: (times) => below(times) === 0,
    pick: <T>(from: readonly T[]): T => from[below(from.length)] as T,
    bytes: (length) => Uint8Array.from({ length }, () => below(256)),
    text: (characters, length) => Array.from({ length }, () => characters.charAt(below(characters.length))).join(''),
  }
}
