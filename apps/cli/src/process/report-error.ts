import { isLadingError, printable, redact, type LadingError } from '@lading/errors'
import type { Terminal } from './terminal.ts'

const bugs = 'https://github.com/lading/lading/issues'

/** One line that says what went wrong and where, one that says what to do; with `debug` also how it came about. */
export function reportError(
  error: unknown,
  terminal: Terminal,
  { debug = false }: { debug?: boolean | undefined } = {},
): void {
  terminal.write(`${terminal.paint('red', 'lading:')} ${describeError(error)}\n`)
  const hint = isLadingError(error)
    ? error.hint
    : `this is a bug in lading: run it with --debug and report it at ${bugs}`
  if (hint !== undefined) terminal.write(`${terminal.paint('bold', 'hint:')} ${printable(hint)}\n`)
  if (debug) terminal.write(explain(error))
}

/** The message on one line, with the reference and the host it is about when it does not name them itself. */
export function describeError(error: unknown): string {
  if (!isLadingError(error))
    return printable(redact(error instanceof Error ? error.message || error.name : String(error)))
  const { reference, host } = error.facts
  const about = [
    named(error, reference) ? undefined : reference,
    host === undefined || error.message.includes(host) ? undefined : `at ${host}`,
  ].filter((part) => part !== undefined)
  return printable(about.length === 0 ? error.message : `${error.message} (${about.join(' ')})`)
}

/** `docker.io/library/alpine:3` is named by a message that says `alpine:3`, or only `alpine`. */
function named({ message }: LadingError, reference: string | undefined): boolean {
  if (reference === undefined) return true
  const repository = reference.replace(/@.*$/, '').replace(/:[^/:]*$/, '')
  return [reference, repository, repository.replace(/^docker\.io\/(library\/)?/, '')].some((form) =>
    message.includes(form),
  )
}

function explain(error: unknown): string {
  const lines: string[] = []
  const seen = new Set<unknown>()
  for (let current = error; current !== undefined && !seen.has(current); current = causeOf(current)) {
    seen.add(current)
    lines.push(`${lines.length === 0 ? 'error' : 'cause'}: ${summary(current)}`)
    if (current instanceof Error)
      lines.push(...(current.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line)))
    if (current instanceof AggregateError)
      lines.push(...current.errors.map((inner: unknown) => `  one of: ${summary(inner)}`))
  }
  return lines.map((line) => `${printable(redact(line), 4096)}\n`).join('')
}

const causeOf = (error: unknown): unknown => (error instanceof Error ? error.cause : undefined)

function summary(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code } = error as { code?: string | number | undefined }
  const facts = isLadingError(error) && Object.keys(error.facts).length > 0 ? ` ${JSON.stringify(error.facts)}` : ''
  return `${error.name}${code === undefined ? '' : ` [${code}]`}: ${error.message}${facts}`
}
