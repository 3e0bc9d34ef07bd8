import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

function find(program: string): string | undefined {
  for (const directory of [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin']) {
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

/**
 * For `describe.skipIf(missing('skopeo', 'umoci'))`: true when one of the programs is not installed, so that the skip
 * is visible in the report. With LADING_REQUIRE_REAL=1 (as `.ci/run` sets it) a missing program is an error instead.
 */
export function missing(...programs: string[]): boolean {
  const absent = programs.filter((program) => find(program) === undefined)
  if (absent.length > 0 && process.env['LADING_REQUIRE_REAL'] === '1') {
    throw new Error(`LADING_REQUIRE_REAL=1, and not installed: ${absent.join(', ')}`)
  }
  return absent.length > 0
}

/** The absolute path of an installed program. */
export function pathOf(program: string): string {
  const found = find(program)
  if (found === undefined) throw new Error(`not installed: ${program}`)
  return found
}
