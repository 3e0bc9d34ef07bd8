/** What comes next in bytes that were read: a part of the body, its end, or nothing before there are more bytes. */
export type BodyEvent = 'data' | 'end' | 'more'

/** Finds the body in the bytes that come. */
export interface BodyReader {
  /** Behind what was read last; after `data`, that is where the part ends. */
  readonly at: number
  /** After `data`: where the part begins. */
  readonly start: number
  next(bytes: Buffer, from: number): BodyEvent
  /** No more bytes come: was that the end of the body? */
  readonly wholeAtClose: boolean
}

/** @param length in bytes; infinite: up to the end of the connection */
export function readLength(length: number): BodyReader {
  let left = length
  let at = 0
  let start = 0
  return {
    get at() {
      return at
    },
    get start() {
      return start
    },
    next(bytes, from) {
      start = from
      at = Math.min(bytes.byteLength, from + left)
      if (left === 0) return 'end'
      if (at === from) return 'more'
      left -= at - from
      return 'data'
    },
    get wholeAtClose() {
      return left === 0 || length === Number.POSITIVE_INFINITY
    },
  }
}
