import type { Action } from '../context.ts'
import { CliError } from '../cli-error.ts'
import { exitCodes } from '../exit-codes.ts'
import { factLines } from '../text/fact-lines.ts'
import { jsonText } from '../text/json-line.ts'
import { program } from './describe-program.ts'
import type { GlobalOptions } from '../command-options.ts'

export interface FactsOptions extends GlobalOptions {
  readonly json?: boolean | undefined
  readonly format?: string | undefined
}

export const version: Action<[], FactsOptions> = async (_, options, context) => {
  assertOneForm(options)
  const facts = program()
  if (options.format !== undefined)
    context.print((await import('./version-format.ts')).versionText(options.format, facts))
  else if (options.json === true) context.print(jsonText(facts))
  else
    for (const line of factLines([
      ['lading', facts.version],
      [
        'Node.js',
        `${facts.node} (V8 ${facts.parts.v8}, OpenSSL ${facts.parts.openssl}, zlib ${facts.parts.zlib}, zstd ${facts.parts.zstd})`,
      ],
      ['Platform', `${facts.platform}, ${facts.system}`],
    ]))
      context.print(line)
  return exitCodes.ok
}

/** @throws CliError `USAGE` */
export function assertOneForm({ format, json }: FactsOptions): void {
  if (format !== undefined && json === true)
    throw new CliError('USAGE', '--format and --json cannot be used together', { hint: 'remove one of them' })
}
