import { imageHeadings, imageRow, type ShownImage } from '../docker/image-row.ts'
import { formatRows, parseFormat } from '../format/output-format.ts'

/** `undefined`: as without `--format`. @throws CliError `USAGE` with the offset */
export function imagesFormat(text: string): (found: readonly ShownImage[]) => readonly string[] | undefined {
  const format = parseFormat(text, { escapes: true })
  return (found) => formatRows(format, found.map(imageRow), imageHeadings)
}
