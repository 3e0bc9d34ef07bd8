import type { Action } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { factLines } from '../text/fact-lines.ts'
import { jsonText } from '../text/json-line.ts'
import { formatSize } from '../text/size.ts'
import { machineFacts, type MachineFacts } from './machine-facts.ts'
import { assertOneForm, type FactsOptions } from './version.ts'

export const info: Action<[], FactsOptions> = async (_, options, context) => {
  assertOneForm(options)
  const facts = await machineFacts(options, context)
  if (options.format !== undefined) context.print((await import('./info-format.ts')).infoText(options.format, facts))
  else if (options.json === true) context.print(jsonText(facts))
  else for (const line of describe(facts)) context.print(line)
  return exitCodes.ok
}

function describe({ program, machine, store, registries, variables }: MachineFacts): readonly string[] {
  const { disk } = store
  return factLines([
    ['lading', program.version],
    ['Node.js', `${program.node} (zlib ${program.parts.zlib}, zstd ${program.parts.zstd})`],
    ['System', `${program.system}, ${machine.processors} processors, ${formatSize(machine.memory)} memory`],
    ['Platform of images', program.platform],
    ['Store', `${store.root}${store.exists ? '' : ' (not there yet)'}`],
    ['Store format', String(store.format)],
    ['Images', store.failure ?? `${store.names} names, ${store.images} images`],
    [
      'File system',
      disk === undefined ? 'unknown' : `${disk.type}, ${formatSize(disk.free)} of ${formatSize(disk.size)} free`,
    ],
    ['Registry files', registries.files.length === 0 ? 'none' : registries.files],
    ['Logins in', registries.logins.length === 0 ? 'none' : registries.logins],
    ['Proxies in', registries.proxies.length === 0 ? undefined : registries.proxies],
    ['Variables', variables.length === 0 ? 'none' : variables.join(' ')],
  ])
}
