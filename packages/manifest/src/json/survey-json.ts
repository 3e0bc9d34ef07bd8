/** What `JSON.parse` does not tell about a text that it accepts. */
export interface JsonSurvey {
  /** Members of all objects together, doubled ones counted as often as they are written. */
  readonly members: number
  /** The most containers inside each other. */
  readonly depth: number
  /** Every number is a plain integer of at most 15 digits, and no escape names half of a surrogate pair. */
  readonly plain: boolean
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const isDigit = (unit: number): boolean => unit >= 0x30 && unit <= 0x39

/** @param text valid JSON: nothing is checked again here, so that one pass over each character is enough */
export function surveyJson(text: string): JsonSurvey {
  let members = 0
  let depth = 0
  let deepest = 0
  let plain = true
  const escapes = text.includes('\\')
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit === QUOTE) {
      const string = escapes ? endOfString(text, at) : { end: text.indexOf('"', at + 1), plain: true }
      at = string.end
      plain &&= string.plain
    } else if (unit === 0x3a) {
      members++
    } else if (unit === 0x7b || unit === 0x5b) {
      if (++depth > deepest) deepest = depth
    } else if (unit === 0x7d || unit === 0x5d) {
      depth--
    } else if (isDigit(unit)) {
      const start = at
      while (isDigit(text.charCodeAt(at + 1))) at++
      // A fraction or an exponent follows, or more digits than every double can tell apart.
      const next = text.charCodeAt(at + 1) | 0x20
      if (at - start >= 15 || next === 0x2e || next === 0x65) plain = false
    } else if (unit === 0x2d) {
      plain = false
    }
  }
  return { members, depth: deepest, plain }
}

function endOfString(text: string, start: number): { readonly end: number; readonly plain: boolean } {
  let plain = true
  for (let at = start + 1; ; at++) {
    const unit = text.charCodeAt(at)
    if (unit === QUOTE) return { end: at, plain }
    if (unit !== BACKSLASH) continue
    at++
    if (text.charCodeAt(at) === 0x75 && (text.charCodeAt(at + 1) | 0x20) === 0x64 && text.charCodeAt(at + 2) > 0x37)
      plain = false
  }
}
