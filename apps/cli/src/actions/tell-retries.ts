import { printable } from '@lading/errors'
import type { CommandContext } from '../context.ts'

/** A line for each attempt that is waited for, and not for each second of the wait. */
export function tellRetries({
  terminal,
}: Pick<CommandContext, 'terminal'>): (event: {
  readonly attempt: number
  readonly seconds: number
  readonly error: unknown
}) => void {
  let told: unknown
  return ({ seconds, error }) => {
    if (error === told) return
    told = error
    const why = error instanceof Error ? error.message : String(error)
    const words = `Retrying in ${seconds} second${seconds === 1 ? '' : 's'}: ${why}`
    terminal.write(`${terminal.paint('yellow', printable(words))}\n`)
  }
}
