import { printable } from '@lading/errors'
import { familiarName, parseReference } from '@lading/reference'
import type { Usage } from '@lading/store'
import type { GlobalOptions } from '../command-options.ts'
import type { Action } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { jsonText } from '../text/json-line.ts'
import { formatSize } from '../text/size.ts'
import { formatTable } from '../text/table.ts'
import { withStore } from './open-store.ts'

interface DfOptions extends GlobalOptions {
  readonly json?: boolean | undefined
  readonly verbose?: boolean | undefined
}

export const df: Action<[], DfOptions> = async (_, options, context) => {
  const usage = await withStore({ ...options, readOnly: true }, context, (store) =>
    store.usage({ signal: context.signal }),
  )
  for (const line of format(usage, options)) context.print(line)
  return exitCodes.ok
}

function format(usage: Usage, { json, verbose }: DfOptions): readonly string[] {
  if (json === true) return [jsonText(usage)]
  return verbose === true ? [...perImage(usage), '', ...inAll(usage)] : inAll(usage)
}

function inAll({ named, shared, unnamed, served, leftovers }: Usage): readonly string[] {
  const { downloads, quarantine, trash, temporary } = leftovers
  const kinds = [
    ['Images', named],
    ['  shared by several', shared],
    ['Content without a name', unnamed],
    ...(served.files === 0 ? [] : [['Kept by serve', served] as const]),
    ['Partial downloads', downloads],
    ['Damaged, replaced', quarantine],
    ['Trash', trash],
    ['Temporary files', temporary],
  ] as const
  return formatTable(
    ['TYPE', 'FILES', 'SIZE'],
    kinds.map(([kind, { files, bytes }]) => [kind, String(files), formatSize(bytes, 3)]),
  )
}

const perImage = ({ images }: Usage): readonly string[] =>
  formatTable(
    ['REPOSITORY', 'TAG', 'SIZE', 'SHARED SIZE', 'UNIQUE SIZE'],
    images.map(({ name, tag, size, shared, unique }) => [
      printable(familiarName(parseReference(name))),
      printable(tag ?? '<none>'),
      ...[size, shared, unique].map((bytes) => formatSize(bytes, 3)),
    ]),
  )
