import type { ByteRange } from '../contracts.ts'

/**
 * The one range that a `Range` field asks for (RFC 9110 14.2), with an end that does not pass the content's.
 * `undefined`: all of it, because the field is absent, of another unit or form, or asks for several ranges.
 */
export function byteRange(field: string | undefined, size: number): ByteRange | 'unsatisfiable' | undefined {
  const match = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(field ?? '')
  if (match === null) return undefined
  const [, first = '', last = ''] = match
  if (first === '') {
    if (last === '') return undefined
    const length = Math.min(Number(last), size)
    return length === 0 ? 'unsatisfiable' : { start: size - length, end: size }
  }
  const start = Number(first)
  const end = last === '' ? size : Math.min(Number(last) + 1, size)
  return start < end ? { start, end } : 'unsatisfiable'
}
