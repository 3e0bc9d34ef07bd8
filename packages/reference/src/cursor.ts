/** A place in a text. Every look at a character goes through `peek` and is counted, so that linear work can be shown. */
export interface Cursor {
  readonly text: string
  at: number
  steps: number
}

export const end = -1

export const cursorOn = (text: string): Cursor => ({ text, at: 0, steps: 0 })

/** The UTF-16 unit at the cursor, or `end`. */
export function peek(cursor: Cursor): number {
  cursor.steps++
  return cursor.at < cursor.text.length ? cursor.text.charCodeAt(cursor.at) : end
}

/** Moves over as many accepted units as there are; how many. */
export function skip(cursor: Cursor, accepts: (unit: number) => boolean): number {
  const start = cursor.at
  while (accepts(peek(cursor))) cursor.at++
  return cursor.at - start
}
