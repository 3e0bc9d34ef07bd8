import { ImageReferenceError, shown } from './reference-error.ts'

/** Accepts one character of a name. */
type Accepts = (character: string) => boolean

/** Characters in a row, behind a star or not. */
export interface Chunk {
  readonly star: boolean
  readonly accepts: readonly Accepts[]
}

const hint =
  'a pattern is text with * and ? (neither matches a slash), [a-z] and [^a-z]; a backslash takes the meaning from the character behind it'

interface Reader {
  /** Code points, so that one `?` or class member is one character of any script. */
  readonly characters: readonly string[]
  at: number
}

function refusePattern({ characters, at }: Reader, message: string): never {
  const pattern = shown(characters.join(''))
  throw new ImageReferenceError('PATTERN_INVALID', `invalid pattern "${pattern}": ${message}`, {
    actual: pattern,
    offset: characters.slice(0, at).join('').length,
    hint,
  })
}

/** A character that may be written with a backslash. */
function readEscaped(reader: Reader): string {
  if (reader.characters[reader.at] === '\\') reader.at++
  const character = reader.characters[reader.at]
  if (character === undefined) return refusePattern(reader, 'it ends where a character must follow')
  reader.at++
  return character
}

function readClassMember(reader: Reader): string {
  const character = reader.characters[reader.at]
  if (character === '-' || character === ']')
    return refusePattern(reader, `a class has "${character}" where a character must be`)
  return readEscaped(reader)
}

function readClass(reader: Reader): Accepts {
  reader.at++
  const negated = reader.characters[reader.at] === '^'
  if (negated) reader.at++
  const ranges: { low: number; high: number }[] = []
  do {
    const low = readClassMember(reader).codePointAt(0) ?? 0
    let high = low
    if (reader.characters[reader.at] === '-') {
      reader.at++
      high = readClassMember(reader).codePointAt(0) ?? 0
    }
    ranges.push({ low, high })
  } while (reader.characters[reader.at] !== ']')
  reader.at++
  return (character) => {
    const point = character.codePointAt(0) ?? 0
    return ranges.some(({ low, high }) => low <= point && point <= high) !== negated
  }
}

function readOne(reader: Reader): Accepts {
  const character = reader.characters[reader.at]
  if (character === '[') return readClass(reader)
  if (character === '?') {
    reader.at++
    return (other) => other !== '/'
  }
  const literal = readEscaped(reader)
  return (other) => other === literal
}

/**
 * A shell pattern by the rules of Go's `path.Match`, as chunks between stars.
 *
 * @throws ImageReferenceError `PATTERN_INVALID`; the whole pattern is checked, whatever it will be matched against
 */
export function parsePattern(pattern: string): readonly Chunk[] {
  const reader: Reader = { characters: Array.from(pattern), at: 0 }
  const chunks: Chunk[] = []
  do {
    let star = false
    for (; reader.characters[reader.at] === '*'; reader.at++) star = true
    const accepts: Accepts[] = []
    while (reader.at < reader.characters.length && reader.characters[reader.at] !== '*') accepts.push(readOne(reader))
    chunks.push({ star, accepts })
  } while (reader.at < reader.characters.length)
  return chunks
}
