/** What to say of a file whose permissions let others read it. Windows has no such bits. */
export function modeNote(mode: number): string | undefined {
  if (process.platform === 'win32' || (mode & 0o077) === 0) return undefined
  return `other users can read the file (mode 0${mode.toString(8)})`
}
