import { Command, Option } from 'commander'
import { examples, type Attach } from './define.ts'
import { addRegistryOptions, parseSize, repeatable, somePath } from './options.ts'

export function serveCommand(attach: Attach): Command {
  const file = (flags: string, description: string): Option => new Option(flags, description).argParser(somePath)
  const command = new Command('serve')
    .summary('a pull-through cache for everybody near')
    .description(
      'Serve images to docker, containerd, podman and others: what is not here is fetched once, for all who ask. A registry that is only read from. It runs until Ctrl-C or SIGTERM, then lets what is on its way arrive for 30 seconds; a second one cuts at once.',
    )
    .option('--listen <address>', 'HOST:PORT to listen at; systemd may hand a socket over instead', '127.0.0.1:5000')
    .addOption(
      repeatable(
        '--upstream <host>',
        'a registry to ask for what is not here, the first also for names without a host; HOST,credentials: as who you are there, and everybody who is served reads what you can (repeatable; default: docker.io)',
      ),
    )
    .addOption(file('--tls-cert <file>', 'certificate with its chain, in PEM'))
    .addOption(file('--tls-key <file>', 'the key of the certificate, in PEM'))
    .addOption(file('--htpasswd <file>', 'who may come in, as htpasswd -B writes it; a changed file is read again'))
    .option('--offline', 'ask no upstream')
    .addOption(
      new Option(
        '--max-size <size>',
        'remove what was used least recently when what was fetched takes more: 500M, 20G (default: 80 % of what is free and of what it takes)',
      ).argParser(parseSize),
    )
    .option('--metrics-listen <address>', 'HOST:PORT of loopback for metrics, health and a page')
    .addOption(
      new Option('--access-log <format>', 'a line for each request, on standard output')
        .choices(['text', 'json', 'none'])
        .default('text'),
    )
    .addHelpText(
      'after',
      examples(
        ['lading serve', 'docker.io, for this machine'],
        ['lading serve --upstream docker.io --upstream ghcr.io,credentials', 'two registries, one with a login'],
        [
          'lading serve --listen 0.0.0.0:443 --tls-cert c.pem --tls-key k.pem --htpasswd users',
          'for others, with passwords',
        ],
        ['lading serve --max-size 50G --metrics-listen 127.0.0.1:9100', 'bounded, and watched'],
      ),
    )
  addRegistryOptions(command)
  attach(command, async () => (await import('../actions/serve.ts')).serve)
  return command
}
