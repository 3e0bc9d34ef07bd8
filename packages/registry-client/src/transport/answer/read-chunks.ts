import { addField } from './parse-head.ts'
import type { BodyEvent, BodyReader } from './body-reader.ts'
import { createLines, type Lines } from './lines.ts'
import { malformed } from './malformed.ts'

/** Of a line with a chunk's size, with its end. Extensions that nobody reads are no reason to read much. */
const longestSize = 4096
// 53 bits: what a number can count. White space before an extension is what the grammar has, and there alone.
const sizeLine = /^([0-9a-fA-F]{1,13})(?:[\t ]*;[\t\x20-\x7e\x80-\xff]*)?$/

/**
 * A body in chunked coding (RFC 9112 7.1). Extensions are read past; trailers too, which must be fields all the same.
 *
 * @param longestTrailer bytes of all trailers together
 */
export function readChunks(longestTrailer: number): BodyReader {
  let state: 'size' | 'data' | 'end of data' | 'trailer' | 'end' = 'size'
  let left = 0
  let at = 0
  let start = 0
  const size = (): Lines => createLines(longestSize, () => malformed('the size of a chunk takes too long a line'))
  let lines = size()
  const trailers = new Map<string, string>()

  const endLine = (line: string): void => {
    if (state === 'size') {
      const [, digits] = sizeLine.exec(line) ?? []
      left = Number.parseInt(digits ?? '', 16)
      if (!Number.isSafeInteger(left)) throw malformed('the size of a chunk is invalid')
      state = left === 0 ? 'trailer' : 'data'
      lines = left === 0 ? createLines(longestTrailer, () => malformed('the trailers are too long')) : size()
    } else if (state === 'end of data') {
      if (line !== '') throw malformed('a chunk is longer than its size')
      state = 'size'
      lines = size()
    } else if (line === '') state = 'end'
    else {
      trailers.clear()
      addField(trailers, line)
    }
  }
  return {
    get at() {
      return at
    },
    get start() {
      return start
    },
    next(bytes, from): BodyEvent {
      at = from
      while (state !== 'end') {
        if (at === bytes.byteLength) return 'more'
        if (state === 'data') {
          start = at
          at = Math.min(bytes.byteLength, at + left)
          left -= at - start
          if (left === 0) state = 'end of data'
          return 'data'
        }
        const line = lines.next(bytes, at)
        at = lines.at
        if (line !== undefined) endLine(line)
        else if (state === 'end of data' && !'\r'.startsWith(lines.begun))
          throw malformed('a chunk is longer than its size')
      }
      return 'end'
    },
    get wholeAtClose() {
      return state === 'end'
    },
  }
}
