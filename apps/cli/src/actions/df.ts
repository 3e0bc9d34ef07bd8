import { printable } from '@lading/errors'
import { familiarName, parseReference } from '@lading/reference'
import type { Usage } from '@lading/store'
import { CliError } from '../cli-error.ts'
import type { GlobalOptions } from '../command-options.ts'
import type { Action } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { jsonText } from '../text/json-line.ts'
import { formatSize } from '../text/size.ts'
import { formatTable } from '../text/table.ts'
import { usageKinds } from '../text/usage-kinds.ts'
import { withStore } from './open-store.ts'

interface DfOptions extends GlobalOptions {
  readonly json?: boolean | undefined
  readonly format?: string | undefined
  readonly verbose?: boolean | undefined
}

export const df: Action<[], DfOptions> = async (_, options, context) => {
  const { format, json, verbose } = options
  if (format !== undefined && (json === true || verbose === true))
    throw new CliError('USAGE', `--format and ${json === true ? '--json' : '--verbose'} cannot be used together`, {
      hint: 'remove one of them; --json has each image',
    })
  const formatting = format === undefined ? undefined : (await import('./df-format.ts')).dfFormat(format)
  const usage = await withStore({ ...options, readOnly: true }, context, (store) =>
    store.usage({ signal: context.signal }),
  )
  for (const line of formatting?.(usage) ?? plain(usage, options, context.output.columns)) context.print(line)
  return exitCodes.ok
}

function plain(usage: Usage, { json, verbose }: DfOptions, width: number | undefined): readonly string[] {
  if (json === true) return [jsonText(usage)]
  return verbose === true ? [...perImage(usage, width), '', ...inAll(usage)] : inAll(usage)
}

const inAll = (usage: Usage): readonly string[] =>
  formatTable(
    ['TYPE', 'FILES', 'SIZE'],
    usageKinds(usage).map(({ kind, files, bytes }) => [kind, String(files), formatSize(bytes, 3)]),
  )

const perImage = ({ images }: Usage, width: number | undefined): readonly string[] =>
  formatTable(
    ['REPOSITORY', 'TAG', 'SIZE', 'SHARED SIZE', 'UNIQUE SIZE'],
    images.map(({ name, tag, size, shared, unique }) => [
      printable(familiarName(parseReference(name))),
      printable(tag ?? '<none>'),
      ...[size, shared, unique].map((bytes) => formatSize(bytes, 3)),
    ]),
    { width },
  )
