import type { Field } from './header-layout.ts'
import { textAt, untilNul } from './text.ts'

/** Reads the name of a user or of a group: undefined where there is none. Most are those of the entry before, so that one is kept. */
export function createTextField({ at, length }: Field): (bytes: Uint8Array, block: number) => string | undefined {
  const kept = new Uint8Array(length)
  let keptLength = 0
  let text: string | undefined

  function isKept(bytes: Uint8Array, start: number): boolean {
    for (let index = 0; index < keptLength; index++) if (bytes[start + index] !== kept[index]) return false
    return keptLength === length || bytes[start + keptLength] === 0
  }

  return (bytes, block) => {
    const start = block + at
    if (isKept(bytes, start)) return text
    keptLength = untilNul(bytes, start, length)
    for (let index = 0; index < keptLength; index++) kept[index] = bytes[start + index] as number
    text = keptLength === 0 ? undefined : textAt(kept, 0, keptLength)
    return text
  }
}
