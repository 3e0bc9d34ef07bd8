import { Command } from 'commander'
import { examples, type Attach } from './define.ts'
import { formatOption } from './options.ts'

export function dfCommand(attach: Attach): Command {
  const command = new Command('df')
    .summary('show what takes the space of the store')
    .description('Show what takes the space of the store. lading prune frees what no image needs.')
    .option('-v, --verbose', 'show each image: what it takes, what it shares, and what goes away with it')
    .option('--json', 'print a JSON object, with each image; sizes in bytes')
    .addOption(formatOption('{{.Type}}: {{.Size}}', { table: true }))
    .addHelpText('after', examples(['lading df', 'in all'], ['lading df -v', 'by image']))
  attach(command, async () => (await import('../actions/df.ts')).df)
  return command
}
