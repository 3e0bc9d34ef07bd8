import { bugs, urlOf, withBug } from './bugs.ts'

/**
 * The source of a file with the bug that LADING_TORTURE_PLANT names.
 *
 * @param read what the file is without
 * @returns `undefined`: there is no bug to plant in it
 */
export function plantedSource(url: string, read: () => string): string | undefined {
  const name = process.env['LADING_TORTURE_PLANT'] ?? ''
  if (name === '') return undefined
  const bug = bugs[name]
  if (bug === undefined) throw new Error(`there is no bug "${name}" to plant`)
  const edits = bug.edits.filter(({ file }) => urlOf(file) === url)
  return edits.length === 0 ? undefined : withBug(read(), edits)
}
