import { historyHeadings, historyRow, type ShownStep } from '../docker/history-row.ts'
import { formatRows, parseFormat } from '../format/output-format.ts'

/** `undefined`: as without `--format`. @throws CliError `USAGE` with the offset */
export function historyFormat(
  text: string,
  { human }: { readonly human: boolean },
): (steps: readonly ShownStep[]) => readonly string[] | undefined {
  const format = parseFormat(text, { escapes: true })
  return (steps) =>
    formatRows(
      format,
      steps.map((step) => historyRow(step, human)),
      historyHeadings,
    )
}
