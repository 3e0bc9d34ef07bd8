import { Command } from 'commander'
import { examples, type Attach } from './define.ts'
import { addEndpointOptions } from './options.ts'

export function hostsCommand(attach: Attach): Command {
  const command = new Command('hosts')
    .summary('show which endpoints are tried for an image')
    .description(
      'Show which endpoints are tried for a reference, in which order, for which requests, and which file says so. No request is sent.',
    )
    .argument('<reference>', 'NAME, NAME:TAG or NAME@DIGEST; a bare name means the tag latest')
    .option('--json', 'print a JSON object')
    .addHelpText(
      'after',
      examples(
        ['lading hosts alpine', 'mirrors of docker.io, and the Hub'],
        ['lading hosts --json ghcr.io/acme/app@sha256:44136fa3…', 'for programs, by digest'],
        ['LADING_HOSTS=off lading hosts alpine', "without this machine's files"],
      ),
    )
  addEndpointOptions(command)
  attach(command, async () => (await import('../actions/hosts.ts')).hosts)
  return command
}
