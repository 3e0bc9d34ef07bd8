import { malformed } from './malformed.ts'

const lineFeed = 0x0a

/** The lines of a head, of trailers or before a chunk. Each ends in CR LF, and has neither of them elsewhere (RFC 9112 2.2). */
export interface Lines {
  /** Behind what was read last. */
  readonly at: number
  /** What is there of a line that has not ended. */
  readonly begun: string
  /** The next line, from `from` on, in Latin-1 and without its end; `undefined`: it goes on behind these bytes. */
  next(bytes: Buffer, from: number): string | undefined
}

/** @param most bytes of all lines together; one more is what `tooLong` makes */
export function createLines(most: number, tooLong: () => Error): Lines {
  let at = 0
  let begun = ''
  let taken = 0
  return {
    get at() {
      return at
    },
    get begun() {
      return begun
    },
    next(bytes, from) {
      const end = bytes.indexOf(lineFeed, from)
      at = end === -1 ? bytes.byteLength : end + 1
      taken += at - from
      if (taken > most) throw tooLong()
      begun += bytes.toString('latin1', from, at)
      if (end === -1) return undefined
      const line = begun
      begun = ''
      if (line.indexOf('\r') !== line.length - 2 || line.length === 1)
        throw malformed('a line does not end in CR LF, or has one of them in its middle')
      return line.slice(0, -2)
    },
  }
}
