import { exactNumber } from './json-value.ts'
import { defaultMaxDepth, readText, type StrictJsonOptions } from './parse-strict-json.ts'
import { scanJson } from './scan-json.ts'
import { surveyJson } from './survey-json.ts'

/**
 * What `parseStrictJson` accepts, for decoders: numbers that are no plain integers come as `OddNumber`, and objects may have
 * a prototype, so ask them for own members only.
 *
 * The engine's parser is several times faster than a scanner in JavaScript, and a document without a fault is the ordinary
 * case. So it reads first; what it cannot answer for goes to the scanner, which also has the words for what is wrong.
 *
 * @throws ManifestError as `parseStrictJson`
 */
export function readJson(bytes: Uint8Array, options: StrictJsonOptions): unknown {
  const text = readText(bytes, options)
  const { maxDepth = defaultMaxDepth } = options
  return readQuickly(text, maxDepth) ?? scanJson(text, { maxDepth, number: exactNumber })
}

/** The value of a text that is good in every respect; otherwise undefined, and the reason is somebody else's to find. */
function readQuickly(text: string, maxDepth: number): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  const { members, depth, plain } = surveyJson(text)
  // JSON.parse keeps the last of two members with one name: fewer are there then than were written.
  return plain && depth <= maxDepth && countMembers(value) === members ? value : undefined
}

/** @param value nested no deeper than was checked before */
function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const items: readonly unknown[] = Object.values(value)
  let count = Array.isArray(value) ? 0 : items.length
  for (const item of items) count += countMembers(item)
  return count
}
