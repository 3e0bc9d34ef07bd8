import { printable } from '@lading/errors'
import { listCredentials } from '@lading/credentials'
import type { Action } from '../context.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { jsonText } from '../text/json-line.ts'
import { formatTable } from '../text/table.ts'
import type { GlobalOptions } from '../command-options.ts'

interface AuthListOptions extends GlobalOptions {
  readonly json?: boolean | undefined
}

export const authList: Action<[], AuthListOptions> = async (_given, options, context) => {
  const known = await listCredentials({ env: context.environment.variables, signal: context.signal })
  const readable = known.filter(({ error }) => error === undefined)
  if (options.json === true)
    context.print(
      jsonText(readable.map(({ registry, kind, username, place }) => ({ registry, kind, username, place }))),
    )
  else
    for (const line of formatTable(
      ['REGISTRY', 'USER', 'KIND', 'PLACE'],
      readable.map(({ registry, kind, username, place }) => [
        registry,
        printable(username ?? ''),
        kind ?? '',
        printable(place),
      ]),
      { width: context.output.columns },
    ))
      context.print(line)
  let code: ExitCode = exitCodes.ok
  for (const { error } of known) {
    if (error === undefined) continue
    const failed = context.report(error)
    if (code === exitCodes.ok) code = failed
  }
  return code
}
