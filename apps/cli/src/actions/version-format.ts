import { CliError } from '../cli-error.ts'
import { goJson } from '../format/go-json.ts'
import { parseFormat } from '../format/output-format.ts'
import { fromJson, struct } from '../format/value.ts'
import type { Program } from './describe-program.ts'

/** As `docker version --format`. There is no daemon: `.Server` is nothing. */
export function versionText(text: string, facts: Program): string {
  const format = parseFormat(text)
  if (format.kind === 'table')
    throw new CliError('USAGE', '--format: version has no table', { hint: 'give a template, or json' })
  const [os = '', arch = ''] = facts.platform.split('/')
  const client = struct({ Version: facts.version, NodeVersion: facts.node, Os: os, Arch: arch })
  const ours = Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, fromJson(value)] as const))
  const view = struct({ Client: client, Server: null }, { beside: ours })
  return format.kind === 'json' ? goJson(view) : format.template.text(view)
}
