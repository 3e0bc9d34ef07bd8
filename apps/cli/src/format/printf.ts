import { printable } from '@lading/errors'
import { goJson } from './go-json.ts'
import { printValue } from './print-value.ts'
import { Unsuitable } from './unsuitable.ts'
import { typeOf, type Value } from './value.ts'

const verb = /%([-+# 0]*)([0-9]{0,4})(?:\.([0-9]{0,4}))?(.?)/gsu

/** The verbs of Go's `fmt.Sprintf` that texts and numbers have: `%s %v %q %d %x %X %f %t %%`, with width and precision. */
export function printf(format: string, args: readonly Value[]): string {
  const rest = args.values()
  let used = 0
  const text = format.replace(
    verb,
    (_all, flags: string, width: string, precision: string | undefined, letter: string) => {
      if (letter === '%') return '%'
      const { done, value } = rest.next()
      if (done === true) throw new Unsuitable(`has no value for %${printable(letter)}`)
      used += 1
      return aligned(
        written(letter, value, precision === undefined ? undefined : Number(precision)),
        flags,
        Number(width),
      )
    },
  )
  if (used < args.length) throw new Unsuitable('has more values than it prints')
  return text
}

function written(letter: string, value: Value, precision: number | undefined): string {
  if (letter === 'v' || letter === 's') {
    const text = printValue(value)
    return letter === 's' && precision !== undefined ? Array.from(text).slice(0, precision).join('') : text
  }
  if (letter === 'q' && typeof value === 'string') return goJson(value)
  if (letter === 't' && typeof value === 'boolean') return String(value)
  if (letter === 'd' && typeof value === 'number' && Number.isInteger(value)) return value.toString()
  if (letter === 'f' && typeof value === 'number') return value.toFixed(Math.min(precision ?? 6, 100))
  if (letter === 'x' || letter === 'X') {
    const hex =
      typeof value === 'string'
        ? Buffer.from(value).toString('hex')
        : Number.isInteger(value)
          ? Number(value).toString(16)
          : undefined
    if (hex !== undefined) return letter === 'x' ? hex : hex.toUpperCase()
  }
  throw new Unsuitable(`has no %${printable(letter)} for ${typeOf(value)}`)
}

function aligned(text: string, flags: string, width: number): string {
  const missing = width - Array.from(text).length
  if (missing <= 0) return text
  if (flags.includes('-')) return text + ' '.repeat(missing)
  const isSigned = text.startsWith('-')
  return flags.includes('0')
    ? `${isSigned ? '-' : ''}${'0'.repeat(missing)}${isSigned ? text.slice(1) : text}`
    : ' '.repeat(missing) + text
}
