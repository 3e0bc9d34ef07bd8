import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

const directories = (variable: string): readonly string[] =>
  (process.env[variable] ?? '').split(delimiter).filter((directory) => directory !== '')

/** The absolute path of a program that `.ci/run` built, or that is on PATH, or where the system keeps those of root. */
function find(program: string): string | undefined {
  for (const directory of [...directories('LADING_GO_BIN'), ...directories('PATH'), '/usr/sbin', '/sbin']) {
    const candidate = join(directory, program)
    try {
      accessSync(candidate, constants.X_OK)
      return candidate
    } catch {
      // Not here; the next directory may have it.
    }
  }
  return undefined
}

/** Whether a program is not installed. Tests say what they need with `needs`. */
export const missing = (program: string): boolean => find(program) === undefined

/** The absolute path of an installed program. */
export function pathOf(program: string): string {
  const found = find(program)
  if (found === undefined) throw new Error(`not installed: ${program}`)
  return found
}
