import { CliError } from '../cli-error.ts'
import { goJson } from '../format/go-json.ts'
import { parseFormat } from '../format/output-format.ts'
import { fromJson, struct } from '../format/value.ts'
import type { MachineFacts } from './machine-facts.ts'

/** The members of `docker info --format` that are there without a daemon, and ours. */
export function infoText(text: string, facts: MachineFacts): string {
  const format = parseFormat(text)
  if (format.kind === 'table')
    throw new CliError('USAGE', '--format: info has no table', { hint: 'give a template, or json' })
  const { program, machine, store } = facts
  const [os = ''] = program.platform.split('/')
  const ours = Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, fromJson(value)] as const))
  const view = struct(
    {
      Images: store.images ?? 0,
      Driver: 'lading',
      DockerRootDir: store.root,
      ServerVersion: program.version,
      OSType: os,
      Architecture: machine.architecture,
      KernelVersion: machine.kernel,
      NCPU: machine.processors,
      MemTotal: machine.memory,
    },
    { beside: ours },
  )
  return format.kind === 'json' ? goJson(view) : format.template.text(view)
}
