import { readFileSync } from 'node:fs'
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { profiles } from '../profiles/profiles.ts'
import { generalHelp, seedHelp, serveHelp } from './examples.ts'

export const isUsageError = (error: unknown): error is CommanderError => error instanceof CommanderError

export function createProgram(): Command {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  const program = new Command('lading-test-registry')
    .description('An OCI registry for tests, with faults on command.')
    .version(version)
    .exitOverride()
    .addHelpText('after', generalHelp)
  addServe(program)
  addSeed(program)
  addQuirks(program)
  return program
}

function addServe(program: Command): void {
  program
    .command('serve')
    .description('serve until stopped')
    .optionsGroup('Where:')
    .option('--host <address>', 'address of this machine to listen on', '127.0.0.1')
    .option('--port <port>', 'port to listen on; 0 takes a free one', whole(0, 65_535), 0)
    .option('--tls', 'https, by a CA made on the spot (printed with the address)')
    .option('--ca-file <file>', 'write that CA there, for other programs')
    .option('--client-file <file>', 'with --tls: write a certificate for a client there, with its key')
    .option('--also-http', 'with --tls: plain http at the same port')
    .optionsGroup('What:')
    .option('--dir <directory>', 'keep contents there, an OCI image layout for each repository; default: in memory')
    .option('--layout <repository=path>', 'serve an OCI image layout, made by any tool, from where it is', collect)
    .option('--images <file>', "seed images first, as 'seed' does")
    .option('--sample', 'seed the demo images first')
    .optionsGroup('Who may come in:')
    .addOption(
      new Option('--auth <kind>', 'default: none, or what the profile has').choices(['none', 'basic', 'bearer']),
    )
    .option('--user <name:password>', 'for --auth basic and bearer')
    .option('--token-seconds <seconds>', 'life of a token with --auth bearer', whole(1))
    .option('--auth-file <file>', 'in place of these: JSON with every kind, or rules by repository')
    .optionsGroup('How it behaves:')
    .addOption(new Option('--profile <name>', 'like a registry of the field').choices(Object.keys(profiles)))
    .option('--quirk <name[=value]>', "one way in which registries differ; 'quirks' lists them (repeatable)", collect)
    .option('--faults <script>', 'a fault or an array of them: JSON, or a file with it; - is stdin')
    .option('--bytes-per-second <bytes>', 'of each connection', whole(1))
    .option('--total-bytes-per-second <bytes>', 'of all connections together', whole(1))
    .option('--latency <milliseconds>', 'before each answer', whole(0))
    .option('--no-referrers', 'no referrers API, as Docker Hub and GHCR')
    .optionsGroup('Who sees what:')
    .addOption(
      new Option('--log <form>', 'tell of each request on stderr, when it has ended').choices(['json', 'text']),
    )
    .option('--stop-with-stdin', 'stop when stdin ends, as it does when the program that started this one is gone')
    .option('--no-control', 'neither page nor API at /_lading/')
    .option('--control-host <host:port>', 'a further host that page and API answer to', collect)
    .addHelpText('after', serveHelp)
    .exitOverride()
    .action(async (options) => {
      const { serve } = await import('./serve.ts')
      await serve(options)
    })
}

function addSeed(program: Command): void {
  program
    .command('seed')
    .description('put images into a registry that runs, or into a directory for one')
    .argument('[file]', 'a description of images in JSON; - is stdin')
    .option('--to <url>', 'a test registry that runs')
    .option('--ca <file>', 'with --to https: whom to trust')
    .option('--dir <directory>', "what 'serve --dir' serves; no registry may have it open")
    .option('--sample', 'the demo images')
    .addHelpText('after', seedHelp)
    .exitOverride()
    .action(async (file: string | undefined, options) => {
      const { seedImages } = await import('./seed.ts')
      await seedImages(file, options)
    })
}

function addQuirks(program: Command): void {
  program
    .command('quirks')
    .description("list what 'serve --quirk' takes: name, values, what it does")
    .exitOverride()
    .action(async () => {
      const { listQuirks } = await import('./quirks.ts')
      process.stdout.write(listQuirks())
    })
}

const collect = (text: string, before: readonly string[] = []): readonly string[] => [...before, text]

const whole =
  (least: number, most: number = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < least || value > most)
      throw new InvalidArgumentError(
        `a whole number from ${least}${most === Number.MAX_SAFE_INTEGER ? '' : ` to ${most}`}`,
      )
    return value
  }
