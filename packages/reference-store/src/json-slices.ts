const space = /[\t\n\r ]/
const scalarEnd = /[\t\n\r ,\]}]/

/** End of the string literal that starts at `start`: the position after its closing quote. */
function endOfString(text: string, start: number): number {
  let at = start + 1
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at + 1
}

/** The position after the number or word that starts at `start`. */
function endOfScalar(text: string, start: number): number {
  let at = start
  while (at < text.length && !scalarEnd.test(text[at] as string)) at += 1
  return at
}

/** The position after the value that starts at `start`. Walks, never recurses: depth is the writer's to choose. */
function endOfValue(text: string, start: number): number {
  let depth = 0
  let at = start
  do {
    const unit = text[at]
    if (unit === '{' || unit === '[') depth += 1
    if (unit === '}' || unit === ']') depth -= 1
    if (unit === '"') at = endOfString(text, at)
    else if (depth > 0 || unit === '}' || unit === ']') at += 1
    else at = endOfScalar(text, at)
  } while (depth > 0)
  return at
}

function skip(text: string, from: number): number {
  let at = from
  while (at < text.length && space.test(text[at] as string)) at += 1
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
