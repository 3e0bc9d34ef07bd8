import type { Field } from './header-layout.ts'
import { textOf, untilNul } from './text.ts'

/** The name of a user or of a group; undefined where there is none. */
export function textField(bytes: Uint8Array, block: number, { at, length }: Field): string | undefined {
  const start = block + at
  if (bytes[start] === 0) return undefined
  return textOf(bytes.subarray(start, start + untilNul(bytes, start, length)))
}
