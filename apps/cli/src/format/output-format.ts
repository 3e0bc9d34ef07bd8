import { goJson } from './go-json.ts'
import { tabulate } from './tabulate.ts'
import { compileTemplate, type Template, type TemplateOptions } from './template.ts'
import { templateError } from './template-error.ts'
import type { Struct } from './value.ts'

/** What `--format` asks for. */
export type OutputFormat =
  | { readonly kind: 'json' }
  /** Without a template: as without `--format`. */
  | { readonly kind: 'table'; readonly template?: Template | undefined }
  | { readonly kind: 'template'; readonly template: Template }

/**
 * `json`, `table`, `table TEMPLATE` or a template.
 *
 * @param options.escapes as for `compileTemplate`
 * @throws CliError `USAGE` with the offset
 */
export function parseFormat(text: string, options: Pick<TemplateOptions, 'escapes'> = {}): OutputFormat {
  const plain = text.trim()
  if (plain === 'json') return { kind: 'json' }
  if (plain === 'table') return { kind: 'table' }
  if (!text.includes('{{'))
    throw templateError('it is not json, table or a template', 0, "a template looks like '{{.ID}}'")
  const from = /^\s*table\s*/.exec(text)?.[0].length
  const template = compileTemplate(text, { ...options, from })
  return { kind: from === undefined ? 'template' : 'table', template }
}

/** The lines of a list: one for each row, and for a table one of headings. `undefined`: as without `--format`. */
export function formatRows(
  format: OutputFormat,
  rows: readonly Struct[],
  headings: Struct,
): readonly string[] | undefined {
  if (format.kind === 'json') return rows.map(goJson)
  if (format.template === undefined) return undefined
  const { template } = format
  const texts = rows.map((row) => template.text(row))
  return format.kind === 'template' ? texts : tabulate([template.heading(headings), ...texts])
}
