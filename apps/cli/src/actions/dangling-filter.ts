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
      throw new CliError('USAGE', `invalid filter 'dangling=${printable(value)}'`, { hint: 'use true or false' })
    return truth
  })
  if (new Set(read).size > 1)
    throw new CliError('USAGE', 'dangling cannot be both true and false', { hint: 'remove one of them' })
  return read[0]
}
