/** Inclusive start, exclusive end. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/**
 * RFC 9110 section 14: one range of bytes, its end clamped to `size`. `undefined` for what a server ignores (other units,
 * several ranges, nonsense); an inverted range is answered like an unsatisfiable one, as the conformance suite wants.
 */
export function parseRange(header: string | undefined, size: number): ByteRange | 'unsatisfiable' | undefined {
  const match = header === undefined ? null : /^bytes=(\d*)-(\d*)$/.exec(header.trim())
  if (match === null) return undefined
  const [, first = '', last = ''] = match
  if (first === '' && last === '') return undefined
  if (first === '') {
    const length = Math.min(Number(last), size)
    return length === 0 ? 'unsatisfiable' : { start: size - length, end: size }
  }
  const start = Number(first)
  const end = last === '' ? size : Math.min(Number(last) + 1, size)
  return start >= size || end <= start ? 'unsatisfiable' : { start, end }
}
