import { Command } from 'commander'
import { examples, type Attach } from './define.ts'
import { addRegistryOptions, maxInflationRatioOption, maxLayerSizeOption } from './options.ts'

export function checkCommand(attach: Attach): Command {
  const command = new Command('check')
    .summary('read all that is in the store, and say what is wrong')
    .description(
      'Read and hash all that is in the store, hold every name to what it needs and every record to what it remembers, and say what is wrong. Without --repair nothing is changed.',
    )
    .option('--repair', 'restore lost names, write wrong records anew, and fetch again what is bad')
    .option('--json', 'print a JSON object')
    .addOption(maxLayerSizeOption())
    .addOption(maxInflationRatioOption())
    .addHelpText('after', examples(['lading check', 'look'], ['lading check --repair', 'and mend']))
  addRegistryOptions(command)
  attach(command, async () => (await import('../actions/check.ts')).check)
  return command
}
