import type { Token } from './lexer.ts'

/** Tokens, of which the next one can be looked at. */
export interface Tokens {
  peek(): Token
  /** At the end it stays there. */
  next(): Token
  skipSpace(): void
}

export function tokensOf(all: Iterable<Token>): Tokens {
  const list = [...all]
  let at = 0
  const peek = (): Token => {
    const token = list[at] ?? list.at(-1)
    if (token === undefined) throw new TypeError('tokens without an end')
    return token
  }
  const next = (): Token => {
    const token = peek()
    if (at < list.length) at += 1
    return token
  }
  return {
    peek,
    next,
    skipSpace() {
      while (peek().kind === 'space') next()
    },
  }
}
