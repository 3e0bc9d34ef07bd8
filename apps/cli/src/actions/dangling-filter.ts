import { printable } from '@lading/errors'
import { CliError } from '../cli-error.ts'

const truths: Readonly<Record<string, boolean>> = { true: true, '1': true, false: false, '0': false }

/**
 * docker's filter: whether an image has no tag; `undefined`: both do.
 *
 * @throws CliError `USAGE`
 */
export function parseDangling(values: readonly string[]): boolean | undefined {
  const read = values.map((value) => {
    const truth = truths[value.toLowerCase()]
    if (truth === undefined)
      throw new CliError('USAGE', `invalid filter 'dangling=${printable(value)}'`, { hint: 'it is true or false' })
    return truth
  })
  if (new Set(read).size > 1)
    throw new CliError('USAGE', 'dangling cannot be true and false', { hint: 'leave one of them out' })
  return read[0]
}
