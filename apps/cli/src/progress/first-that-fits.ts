/** The first of these texts, the fullest first, that has room; the last is cut where none has. */
export function firstThatFits(room: number, texts: readonly string[]): string {
  const found = texts.find((text) => text.length <= room)
  if (found !== undefined) return found
  const last = texts.at(-1) ?? ''
  return `${last.slice(0, Math.max(0, room - 1))}${room > 0 ? '…' : ''}`
}
