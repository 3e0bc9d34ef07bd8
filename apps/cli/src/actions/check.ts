import type { Finding } from '@lading/store'
import type { RegistryCommandOptions } from '../command-options.ts'
import type { Action, CommandContext } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { jsonText } from '../text/json-line.ts'
import { formatSize } from '../text/size.ts'
import { describeFinding } from './describe-finding.ts'
import { mendByPulling } from './mend-by-pulling.ts'
import { withStore } from './open-store.ts'
import { errorFacts } from './pull-result.ts'

interface CheckOptions extends RegistryCommandOptions {
  readonly repair?: boolean | undefined
  readonly json?: boolean | undefined
  readonly maxLayerSize?: number | undefined
  readonly maxInflationRatio?: number | undefined
}

/** What was found, and what became of it. */
interface Told {
  readonly finding: Finding
  readonly repaired: boolean
}

export const check: Action<[], CheckOptions> = async (_, options, context) =>
  withStore({ ...options, readOnly: options.repair !== true }, context, async (store) => {
    const { findings, ...counts } = await store.check({ repair: options.repair, signal: context.signal })
    const mended = options.repair === true ? await mendByPulling(store, findings, options, context) : new Set<Finding>()
    const told = findings.map((finding) => ({ finding, repaired: finding.repaired || mended.has(finding) }))
    if (options.json === true) context.print(jsonText({ ...counts, findings: told.map(asJson) }))
    else tell(told, counts, context)
    // What is somebody else's file is no damage of ours.
    const left = told.filter(({ finding, repaired }) => !repaired && finding.kind !== 'file-unknown')
    if (left.length === 0) return exitCodes.ok
    if (options.repair !== true && options.json !== true)
      context.terminal.write(`${context.terminal.paint('bold', 'hint:')} lading check --repair repairs what it can\n`)
    return exitCodes.storage
  })

function tell(
  told: readonly Told[],
  { names, blobs, bytes, records }: Readonly<Record<'names' | 'blobs' | 'bytes' | 'records', number>>,
  { print }: CommandContext,
): void {
  for (const { finding, repaired } of told)
    print(`${describeFinding(finding)}${repaired && finding.kind !== 'names-lost' ? ' (mended)' : ''}`)
  const mended = told.filter(({ repaired }) => repaired).length
  const outcome = told.length === 0 ? 'nothing is wrong' : `${told.length} found, ${mended} repaired`
  print(`${names} names, ${blobs} blobs (${formatSize(bytes, 3)}), ${records} records: ${outcome}`)
}

const asJson = ({ finding, repaired }: Told): object => ({
  ...finding,
  ...('error' in finding ? { error: errorFacts(finding.error) } : {}),
  repaired,
})
