// What JSON leaves as it is and a terminal does not: C1 controls, DEL, bidirectional overrides, separators, zero-width characters.
const unsafe = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g

/** A value as JSON on one line. Nothing is lost, and nothing in it can move a terminal's cursor. */
export function jsonLine(value: unknown): string {
  return escapeJson(JSON.stringify(value))
}

/** The same, indented for people. */
export function jsonText(value: unknown): string {
  return escapeJson(JSON.stringify(value, undefined, 2))
}

const escapeJson = (json: string): string =>
  json.replace(unsafe, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
