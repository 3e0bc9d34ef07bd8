import { readFileSync } from 'node:fs'
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'

const examples = `
Examples:
  $ lading-test-registry serve --sample
  $ lading-test-registry serve --port 5000 --auth bearer --user alice:secret
  $ lading-test-registry serve --sample --bytes-per-second 2000000
  $ lading-test-registry serve --sample --faults faults.json

A fault script is a JSON array:
  [{ "on": "blob", "nth": 1, "afterBytes": 1000, "then": "reset" },
   { "on": "manifest", "times": 2, "then": { "status": 503, "retryAfter": 1 } }]

When it is ready, 'serve' prints one line of JSON with its address. SIGINT and SIGTERM stop it.
`

export const isUsageError = (error: unknown): error is CommanderError => error instanceof CommanderError

export function createProgram(): Command {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
  const program = new Command('lading-test-registry').description('An OCI registry for tests, with faults on command.').version(version).exitOverride().addHelpText('after', examples)
  program
    .command('serve')
    .description('serve until stopped, in memory')
    .option('--host <address>', 'address of this machine to listen on', '127.0.0.1')
    .option('--port <port>', 'port to listen on; 0 takes a free one', whole(0, 65_535), 0)
    .option('--sample', 'serve the demo images')
    .addOption(new Option('--auth <kind>', 'who may come in').choices(['none', 'basic', 'bearer']).default('none'))
    .option('--user <name:password>', 'for --auth basic and bearer')
    .option('--token-seconds <seconds>', 'life of a token with --auth bearer', whole(1))
    .option('--tls', 'https, by a CA made on the spot (printed with the address)')
    .option('--faults <file>', 'a fault script: a JSON array of faults')
    .option('--bytes-per-second <bytes>', 'of each connection', whole(1))
    .option('--latency <milliseconds>', 'before each answer', whole(0))
    .option('--no-referrers', 'no referrers API, as Docker Hub and GHCR')
    .addHelpText('after', examples)
    .exitOverride()
    .action(async (options) => {
      const { serve } = await import('./serve.ts')
      await serve(options)
    })
  return program
}

const whole =
  (least: number, most: number = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < least || value > most) throw new InvalidArgumentError(`a whole number from ${least}${most === Number.MAX_SAFE_INTEGER ? '' : ` to ${most}`}`)
    return value
  }
