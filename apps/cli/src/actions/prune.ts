import type { Pruned } from '@lading/store'
import { CliError } from '../cli-error.ts'
import type { GlobalOptions } from '../command-options.ts'
import type { Action } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { jsonText } from '../text/json-line.ts'
import { formatSize } from '../text/size.ts'
import { withStore } from './open-store.ts'
import { parsePruneFilters, selectBy, takesAllTagged } from './prune-filters.ts'

interface PruneOptions extends GlobalOptions {
  readonly filter?: readonly string[] | undefined
  readonly maxSize?: number | undefined
  readonly minAge?: number | undefined
  readonly dryRun?: boolean | undefined
  readonly all?: boolean | undefined
  readonly force?: boolean | undefined
  readonly json?: boolean | undefined
}

export const prune: Action<[], PruneOptions> = async (_, options, context) => {
  const { dryRun = false, maxSize, minAge, all = false, force = false } = options
  const filters = options.filter === undefined ? undefined : parsePruneFilters(options.filter)
  if ((filters === undefined ? all : takesAllTagged(filters)) && !force && !dryRun)
    throw new CliError('USAGE', `${filters === undefined ? '--all' : 'dangling=false'} removes every image`, {
      hint: 'add --force to confirm; --dry-run shows what would be removed',
    })
  const select = filters === undefined ? (all ? () => true : undefined) : selectBy(filters)
  const pruned = await withStore(options, context, (store) =>
    store.prune({ select, maxSize, minAgeMs: minAge, dryRun, signal: context.signal }),
  )
  const { uncollected, ...told } = pruned
  for (const line of options.json === true ? [jsonText({ ...told, dryRun })] : linesOf(pruned, dryRun))
    context.print(line)
  return uncollected === undefined ? exitCodes.ok : context.report(uncollected)
}

function linesOf({ untagged, deleted, content, leftovers, freed }: Pruned, dryRun: boolean): readonly string[] {
  const { downloads, quarantine, trash, temporary } = leftovers
  const kinds = [
    ['Content', content],
    ['Partial downloads', downloads],
    ['Damaged, replaced', quarantine],
    ['Trash', trash],
    ['Temporary files', temporary],
  ] as const
  return [
    ...untagged.map((name) => `Untagged: ${name}`),
    ...deleted.map((digest) => `Deleted: ${digest}`),
    ...kinds
      .filter(([, { files }]) => files > 0)
      .map(
        ([kind, { files, bytes }]) => `${kind}: ${files} ${files === 1 ? 'file' : 'files'}, ${formatSize(bytes, 3)}`,
      ),
    dryRun
      ? `Total reclaimable space: ${formatSize(freed)} (--dry-run: nothing was removed)`
      : `Total reclaimed space: ${formatSize(freed)}`,
  ]
}
