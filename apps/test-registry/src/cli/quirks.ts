import { describeValue } from '../quirks/check-quirks.ts'
import { quirkTable } from '../quirks/quirk-table.ts'

/** A line for each, its columns apart by tabs. */
export const listQuirks = (): string =>
  Object.entries(quirkTable)
    .map(([name, { value, help }]) => `${[name, describeValue(value), help.replaceAll('`', '')].join('\t')}\n`)
    .join('')
