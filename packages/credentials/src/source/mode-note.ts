import { systemTraits } from '../system-traits.ts'

/** What to say of a file whose permissions let others read it. */
export function modeNote(mode: number): string | undefined {
  if (!systemTraits().hasModeBits || (mode & 0o077) === 0) return undefined
  return `other users can read the file (mode 0${mode.toString(8)})`
}
