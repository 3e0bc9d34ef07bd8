import { at, colon, dash, dot, isAlphanumeric, plus, slash, underscore } from './characters.ts'
import { cursorOn, end, peek, skip } from './cursor.ts'

// The same for the engine, which is quicker at it; nothing in it is read twice.
const form = /^[A-Za-z0-9]+(?:(?:--|[-._:@+/])[A-Za-z0-9]+)*$/
const shortEnough = 700
const separators = new Set([dash, dot, underscore, colon, at, plus])

/**
 * Whether the text may stand in `org.opencontainers.image.ref.name` by the grammar of the OCI image-spec (annotations.md):
 * narrower than a reference. `localhost:5000/app:1` fits; `[::1]:5000/app`, `a__b` and `a:_1` do not, and readers that keep
 * to the grammar will not find them.
 */
export function isLayoutRefName(text: string): boolean {
  if (text.length <= shortEnough) return form.test(text)
  const cursor = cursorOn(text)
  for (;;) {
    if (skip(cursor, isAlphanumeric) === 0) return false
    const unit = peek(cursor)
    if (unit === end) return true
    if (unit !== slash && !separators.has(unit)) return false
    cursor.at++
    if (unit === dash && peek(cursor) === dash) cursor.at++
  }
}
