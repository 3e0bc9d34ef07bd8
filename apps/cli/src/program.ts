import { Command, Option } from 'commander'
import { createAttach, examples, throwUsageErrors, type Attach } from './commands/define.ts'
import { authCommand, loginCommand, logoutCommand } from './commands/auth.ts'
import { blobCommand } from './commands/blob.ts'
import { catalogCommand } from './commands/catalog.ts'
import { checkCommand } from './commands/check.ts'
import { completionCommand, namesCommand } from './commands/completion.ts'
import { configCommand } from './commands/config.ts'
import { deleteCommand } from './commands/delete.ts'
import { dfCommand } from './commands/df.ts'
import { digestCommand } from './commands/digest.ts'
import { catCommand, cpCommand, exportCommand, lsCommand } from './commands/files.ts'
import { diffCommand, historyCommand, treeCommand } from './commands/layers.ts'
import { hostsCommand } from './commands/hosts.ts'
import { imagesCommand } from './commands/images.ts'
import { inspectCommand } from './commands/inspect.ts'
import { loadCommand } from './commands/load.ts'
import { manifestCommand } from './commands/manifest.ts'
import { parseDuration, somePath } from './commands/options.ts'
import { pruneCommand } from './commands/prune.ts'
import { pullCommand } from './commands/pull.ts'
import { pushCommand } from './commands/push.ts'
import { copyCommand } from './commands/copy.ts'
import { referrersCommand } from './commands/referrers.ts'
import { rmiCommand } from './commands/rmi.ts'
import { saveCommand } from './commands/save.ts'
import { tagCommand } from './commands/tag.ts'
import { unpackCommand } from './commands/unpack.ts'
import { tagsCommand } from './commands/tags.ts'
import type { CommandContext } from './context.ts'
import type { ExitCode } from './exit-codes.ts'
import { version } from './version.ts'

/** The command line as a whole. Throws `CommanderError` for help, version and what it does not understand. */
export function createProgram(context: CommandContext, finish: (code: ExitCode) => void): Command {
  const attach = createAttach(context, finish)
  const program = new Command('lading')
    .description('docker pull without a daemon: container images from registries into a local store.')
    .version(version(), '-V, --version', 'print the version')
    .addOption(
      new Option(
        '--root <dir>',
        'where the store is (env: LADING_ROOT; default: $XDG_DATA_HOME/lading, ~/.local/share/lading)',
      ).argParser(somePath),
    )
    .addOption(
      new Option(
        '--lock-timeout <time>',
        'give up when a stopped process holds the store for so long: 30s, 500ms, 2m (default: 30s)',
      ).argParser(parseDuration),
    )
    .option('--debug', 'show each request to a registry, and the stack and the causes of an error')
    .configureHelp({ showGlobalOptions: true })
    .addHelpText(
      'after',
      examples(
        ['lading pull alpine', 'download an image'],
        ['lading images', 'list what is here'],
        ['lading push registry.example.com/acme/app:1.4', 'upload one'],
        ['lading unpack --rootless alpine ./rootfs', 'write its files to a directory'],
      ),
    )
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 failure, 2 usage, 3 not found, 4 denied, 5 network, 6 verification, 7 storage, 130 interrupted.',
    )

  for (const [heading, commands] of [
    [
      'Images:',
      [
        pullCommand(attach),
        pushCommand(attach),
        copyCommand(attach),
        saveCommand(attach),
        loadCommand(attach),
        imagesCommand(attach),
        inspectCommand(attach),
        tagCommand(attach),
        rmiCommand(attach),
        imageCommand(attach),
      ],
    ],
    [
      'Files of an image:',
      [
        lsCommand(attach),
        catCommand(attach),
        cpCommand(attach),
        exportCommand(attach),
        unpackCommand(attach),
        historyCommand(attach),
        diffCommand(attach),
        treeCommand(attach),
      ],
    ],
    ['The store:', [checkCommand(attach), pruneCommand(attach), dfCommand(attach)]],
    [
      'At a registry:',
      [
        tagsCommand(attach),
        catalogCommand(attach),
        digestCommand(attach),
        manifestCommand(attach),
        configCommand(attach),
        blobCommand(attach),
        referrersCommand(attach),
        deleteCommand(attach),
        hostsCommand(attach),
        loginCommand(attach),
        logoutCommand(attach),
        authCommand(attach),
      ],
    ],
    ['Other:', [completionCommand(attach, () => program)]],
  ] satisfies [heading: string, commands: Command[]][]) {
    program.commandsGroup(heading)
    for (const command of commands) program.addCommand(command)
  }
  program.addCommand(namesCommand(attach), { hidden: true })
  settle(program, context)
  return program
}

/** docker's other spelling of the same commands. */
function imageCommand(attach: Attach): Command {
  const command = new Command('image')
    .summary('the commands for images, as docker groups them')
    .description('The commands for images, as docker groups them.')
  for (const sub of [
    pullCommand(attach),
    pushCommand(attach),
    imagesCommand(attach, 'ls'),
    inspectCommand(attach),
    tagCommand(attach),
    rmiCommand(attach, 'rm'),
    saveCommand(attach),
    loadCommand(attach),
    pruneCommand(attach),
  ])
    command.addCommand(sub)
  return command.addHelpText(
    'after',
    examples(
      ['lading image pull alpine', 'as lading pull'],
      ['lading image ls', 'as lading images'],
      ['lading image rm alpine', 'as lading rmi'],
    ),
  )
}

/** What `addCommand` does not hand down. */
function settle(command: Command, context: CommandContext): void {
  command.helpOption('-h, --help', 'show this help').configureHelp({ showGlobalOptions: true })
  if (command.commands.length > 0) command.helpCommand('help [command]', 'show the help of a command')
  throwUsageErrors(command, context.print)
  for (const sub of command.commands) settle(sub, context)
}
