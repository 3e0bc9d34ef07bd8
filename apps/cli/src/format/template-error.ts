import { CliError } from '../cli-error.ts'

/** Where to turn when a template does not do. */
const elsewhere = '--json prints everything, for jq and the like'

/** @param offset where in the template, in UTF-16 units from 0 */
export function templateError(message: string, offset: number, advice?: string): CliError {
  return new CliError('USAGE', `--format: ${message} (at offset ${offset})`, {
    offset,
    hint: advice === undefined ? elsewhere : `${advice}; ${elsewhere}`,
  })
}
