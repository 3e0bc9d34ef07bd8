const quote = 0x22
const backslash = 0x5c
const comma = 0x2c
const openBracket = 0x5b
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d

const isSpace = (unit: number): boolean => unit === 0x20 || unit === 0x0a || unit === 0x0d || unit === 0x09
const isOpening = (unit: number): boolean => unit === openBrace || unit === openBracket
const isClosing = (unit: number): boolean => unit === closeBrace || unit === closeBracket

/** End of the string literal that starts at `start`: the position after its closing quote. */
function endOfString(text: string, start: number): number {
  for (let from = start + 1; ;) {
    const end = text.indexOf('"', from)
    let escapes = 0
    while (text.charCodeAt(end - 1 - escapes) === backslash) escapes += 1
    if (escapes % 2 === 0) return end + 1
    from = end + 1
  }
}

/** The position after the number or word that starts at `start`. */
function endOfScalar(text: string, start: number): number {
  let at = start
  while (at < text.length) {
    const unit = text.charCodeAt(at)
    if (isSpace(unit) || unit === comma || isClosing(unit)) break
    at += 1
  }
  return at
}

/** The position after the value that starts at `start`. Walks, never recurses: depth is the writer's to choose. */
function endOfValue(text: string, start: number): number {
  let depth = 0
  let at = start
  do {
    const unit = text.charCodeAt(at)
    if (isOpening(unit)) depth += 1
    else if (isClosing(unit)) depth -= 1
    if (unit === quote) at = endOfString(text, at)
    else if (depth > 0 || isClosing(unit)) at += 1
    else at = endOfScalar(text, at)
  } while (depth > 0)
  return at
}

function skip(text: string, from: number): number {
  let at = from
  while (at < text.length && isSpace(text.charCodeAt(at))) at += 1
  return at
}

/** The texts of an array's elements, as they were written. `text` must be valid JSON, an array. */
export function elementSlices(text: string): string[] {
  const slices: string[] = []
  let at = skip(text, skip(text, 0) + 1)
  while (text[at] !== ']') {
    const end = endOfValue(text, at)
    slices.push(text.slice(at, end))
    at = skip(text, end)
    if (text[at] === ',') at = skip(text, at + 1)
  }
  return slices
}

/** The members of an object in their order: decoded key, and the value's text as it was written. `text` must be valid JSON, an object. */
export function memberSlices(text: string): [key: string, value: string][] {
  const slices: [string, string][] = []
  let at = skip(text, skip(text, 0) + 1)
  while (text[at] !== '}') {
    const endOfKey = endOfString(text, at)
    const key = JSON.parse(text.slice(at, endOfKey)) as string
    at = skip(text, skip(text, endOfKey) + 1)
    const end = endOfValue(text, at)
    slices.push([key, text.slice(at, end)])
    at = skip(text, end)
    if (text[at] === ',') at = skip(text, at + 1)
  }
  return slices
}
