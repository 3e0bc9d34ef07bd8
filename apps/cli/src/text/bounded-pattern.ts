import { createContext, Script } from 'node:vm'
import { printable } from '@lading/errors'
import { CliError } from '../cli-error.ts'

/** In milliseconds, of one text: no honest pattern needs a thousandth of it for a tag. */
const longest = 1000

/**
 * Whether a pattern finds something in a text. Some patterns try so many ways through a text that they never end
 * (`(a+)+$`): they are stopped after a second.
 *
 * @throws CliError `USAGE` when it was stopped
 */
export function boundedPattern(
  pattern: RegExp,
  { timeoutMs = longest }: { readonly timeoutMs?: number | undefined } = {},
): (text: string) => boolean {
  const given = { pattern, text: '' }
  const context = createContext(given)
  const script = new Script('pattern.test(text)')
  return (text) => {
    given.text = text
    try {
      return script.runInContext(context, { timeout: timeoutMs }) === true
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw cause
      throw new CliError(
        'USAGE',
        `the pattern ${printable(pattern.source, 100)} takes too long on ${printable(text, 150)}`,
        {
          cause,
          hint: 'it has a repetition inside a repetition, such as (a+)+: avoid that',
        },
      )
    }
  }
}
