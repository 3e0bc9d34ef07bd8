import { Command } from 'commander'
import { examples, type Attach } from './define.ts'
import { addNetworkOptions, maxInflationRatioOption, maxLayerSizeOption } from './options.ts'

export function checkCommand(attach: Attach): Command {
  const command = new Command('check')
    .summary('verify everything in the store')
    .description(
      'Read and hash everything in the store, check that every name has its content and that every record is true, and report what is wrong. Nothing is changed without --repair.',
    )
    .option('--repair', 'restore lost names, rewrite wrong records, and download damaged content again')
    .option('--json', 'print a JSON object')
    .addOption(maxLayerSizeOption())
    .addOption(maxInflationRatioOption())
    .addHelpText(
      'after',
      examples(['lading check', 'report what is wrong'], ['lading check --repair', 'and repair it']),
    )
  addNetworkOptions(command)
  attach(command, async () => (await import('../actions/check.ts')).check)
  return command
}
