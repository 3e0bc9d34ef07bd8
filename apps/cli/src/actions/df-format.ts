import type { Usage } from '@lading/store'
import { usageHeadings, usageRows } from '../docker/usage-rows.ts'
import { formatRows, parseFormat } from '../format/output-format.ts'

/** `undefined`: as without `--format`. @throws CliError `USAGE` with the offset */
export function dfFormat(text: string): (usage: Usage) => readonly string[] | undefined {
  const format = parseFormat(text, { escapes: true })
  return (usage) => formatRows(format, usageRows(usage), usageHeadings)
}
