import { Command, Option } from 'commander'
import { examples, type Attach } from './define.ts'
import { addNetworkOptions, parseSize, repeatable, somePath } from './options.ts'

export function serveCommand(attach: Attach): Command {
  const file = (flags: string, description: string): Option => new Option(flags, description).argParser(somePath)
  const command = new Command('serve')
    .summary('run a pull-through cache')
    .description(
      'Serve images to docker, containerd, podman and other clients, as a read-only registry: an image that is not in the store is fetched from its registry once, for all clients. On Ctrl-C or SIGTERM it lets transfers finish for up to 30 seconds; a second signal ends it at once.',
    )
    .option('--listen <address>', 'HOST:PORT to listen on; systemd may pass a socket instead', '127.0.0.1:5000')
    .addOption(
      repeatable(
        '--upstream <host>',
        'a registry to fetch from; the first one also serves names without a host. HOST,credentials logs in with your credentials, so that every client can read what you can read (repeatable; default: docker.io)',
      ),
    )
    .addOption(file('--tls-cert <file>', 'the certificate with its chain, in PEM'))
    .addOption(file('--tls-key <file>', 'the private key of the certificate, in PEM'))
    .addOption(
      file(
        '--htpasswd <file>',
        'users and passwords, as written by htpasswd -B; the file is read again when it changes',
      ),
    )
    .option('--offline', 'serve only what is in the store')
    .option('--check-store', 'check that the object storage of --root s3://… can hold a store, then exit')
    .addOption(
      new Option(
        '--max-size <size>',
        'the size of the cache; beyond it, the least recently used content is removed: 500M, 20G (default: 80 % of the free space and of what the cache takes)',
      ).argParser(parseSize),
    )
    .option('--metrics-listen <address>', 'loopback HOST:PORT for metrics, health checks and a status page')
    .addOption(
      new Option('--access-log <format>', 'write a line for each request to standard output')
        .choices(['text', 'json', 'none'])
        .default('text'),
    )
    .addHelpText(
      'after',
      examples(
        ['lading serve', 'cache docker.io for this machine'],
        ['lading serve --upstream docker.io --upstream ghcr.io,credentials', 'two registries, one with a login'],
        [
          'lading serve --listen 0.0.0.0:443 --tls-cert c.pem --tls-key k.pem --htpasswd users',
          'for other machines, with passwords',
        ],
        ['lading --root s3://bucket/images serve', 'one of several servers that share a bucket'],
        ['lading serve --max-size 50G --metrics-listen 127.0.0.1:9100', 'with a size limit, and metrics'],
      ),
    )
  addNetworkOptions(command)
  attach(command, async () => (await import('../actions/serve.ts')).serve)
  return command
}
