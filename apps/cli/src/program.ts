import { Command, Option } from 'commander'
import { createAttach, examples, throwUsageErrors, type Attach } from './commands/define.ts'
import { authCommand, loginCommand, logoutCommand } from './commands/auth.ts'
import { blobCommand } from './commands/blob.ts'
import { catalogCommand } from './commands/catalog.ts'
import { checkCommand } from './commands/check.ts'
import { completionCommand, manCommand, namesCommand } from './commands/completion.ts'
import { configCommand } from './commands/config.ts'
import { deleteCommand } from './commands/delete.ts'
import { dfCommand } from './commands/df.ts'
import { digestCommand } from './commands/digest.ts'
import { catCommand, cpCommand, exportCommand, lsCommand } from './commands/files.ts'
import { diffCommand, historyCommand, treeCommand } from './commands/layers.ts'
import { helpCommand } from './commands/help.ts'
import { formatHelp } from './commands/help-text.ts'
import { hostsCommand } from './commands/hosts.ts'
import { imagesCommand } from './commands/images.ts'
import { inspectCommand } from './commands/inspect.ts'
import { loadCommand } from './commands/load.ts'
import { manifestCommand } from './commands/manifest.ts'
import { parseDuration, somePath } from './commands/options.ts'
import { pinCommand, pinsCommand, unpinCommand } from './commands/pins.ts'
import { pruneCommand } from './commands/prune.ts'
import { pullCommand } from './commands/pull.ts'
import { pushCommand } from './commands/push.ts'
import { copyCommand } from './commands/copy.ts'
import { referrersCommand } from './commands/referrers.ts'
import { rmiCommand } from './commands/rmi.ts'
import { saveCommand } from './commands/save.ts'
import { serveCommand } from './commands/serve.ts'
import { tagCommand } from './commands/tag.ts'
import { infoCommand, versionCommand } from './commands/version.ts'
import { unpackCommand } from './commands/unpack.ts'
import { tagsCommand } from './commands/tags.ts'
import { commandNamed } from './command-named.ts'
import type { CommandContext } from './context.ts'
import type { ExitCode } from './exit-codes.ts'
import { foreignCommand } from './foreign-commands.ts'
import { version } from './version.ts'

/**
 * The command line for these words. Where they name a command, it is made alone: making all of them takes longer than
 * most of what a short one does. Throws `CommanderError` for help, version and what it does not understand.
 */
export function createProgram(
  argv: readonly string[],
  context: CommandContext,
  finish: (code: ExitCode) => void,
): Command {
  const attach = createAttach(context, finish)
  const program = emptyProgram()
  const named = commandNamed(argv, program.options) ?? ''
  const make = groups.find(([, commands]) => Object.hasOwn(commands, named))?.[1][named]
  const foreign = make === undefined ? foreignCommand(named) : undefined
  if (foreign !== undefined) throw foreign
  if (make !== undefined) program.addCommand(make(attach))
  else {
    for (const [heading, commands] of groups) {
      program.commandsGroup(heading)
      for (const command of Object.values(commands)) program.addCommand(command(attach))
    }
    program.addCommand(completionCommand(attach, () => program))
    program.addCommand(namesCommand(attach), { hidden: true })
    program.addCommand(
      manCommand(attach, () => program),
      { hidden: true },
    )
  }
  settle(program, context)
  return program
}

/** As help lists them: what each group is for, and its commands by name. */
const groups: readonly (readonly [heading: string, commands: Readonly<Record<string, (attach: Attach) => Command>>])[] =
  [
    [
      'Images:',
      {
        pull: pullCommand,
        push: pushCommand,
        copy: copyCommand,
        save: saveCommand,
        load: loadCommand,
        images: (attach) => imagesCommand(attach),
        inspect: inspectCommand,
        tag: tagCommand,
        rmi: (attach) => rmiCommand(attach),
        image: imageCommand,
      },
    ],
    [
      'Files of an image:',
      {
        ls: lsCommand,
        cat: catCommand,
        cp: cpCommand,
        export: exportCommand,
        unpack: unpackCommand,
        history: historyCommand,
        diff: diffCommand,
        tree: treeCommand,
      },
    ],
    [
      'The store:',
      { check: checkCommand, prune: (attach) => pruneCommand(attach), df: dfCommand, system: systemCommand },
    ],
    ['A cache for other machines:', { serve: serveCommand, pin: pinCommand, unpin: unpinCommand, pins: pinsCommand }],
    [
      'At a registry:',
      {
        tags: tagsCommand,
        catalog: catalogCommand,
        digest: digestCommand,
        manifest: manifestCommand,
        config: configCommand,
        blob: blobCommand,
        referrers: referrersCommand,
        delete: deleteCommand,
        hosts: hostsCommand,
        login: loginCommand,
        logout: logoutCommand,
        auth: authCommand,
      },
    ],
    ['Other:', { version: versionCommand, info: infoCommand }],
  ]

function emptyProgram(): Command {
  return new Command('lading')
    .description('Pull, push and keep container images without a daemon.')
    .version(version(), '-V, --version', 'print the version')
    .addOption(
      new Option(
        '--root <dir>',
        'directory of the store, or s3://BUCKET/PREFIX[?endpoint=URL] (env: LADING_ROOT; default: $XDG_DATA_HOME/lading or ~/.local/share/lading)',
      ).argParser(somePath),
    )
    .addOption(
      new Option(
        '--lock-timeout <time>',
        'how long to wait for a stopped process that holds the store: 30s, 500ms, 2m (default: 30s)',
      ).argParser(parseDuration),
    )
    .option('--debug', 'show each request to a registry, and the stack and causes of errors')
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
      '\nExit codes: 0 success, 1 failure, 2 usage, 3 not found, 4 denied, 5 network,\n6 verification, 7 store, 130 interrupted.',
    )
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
    historyCommand(attach),
    pruneCommand(attach, { docker: 'image' }),
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

/** docker's other spelling of what keeps house. */
function systemCommand(attach: Attach): Command {
  const command = new Command('system')
    .summary('the commands for the store, as docker groups them')
    .description('The commands for the store, as docker groups them.')
  for (const sub of [dfCommand(attach), pruneCommand(attach, { docker: 'system' }), infoCommand(attach)])
    command.addCommand(sub)
  return command.addHelpText(
    'after',
    examples(['lading system df', 'as lading df'], ['lading system prune -f', 'as lading prune']),
  )
}

/** What `addCommand` does not hand down. */
function settle(command: Command, context: CommandContext): void {
  command.helpOption('-h, --help', 'show this help').configureHelp({ showGlobalOptions: true, formatHelp })
  if (command.commands.length > 0) command.helpCommand(false).addCommand(helpCommand(command, context.print))
  throwUsageErrors(command, context.print)
  for (const sub of command.commands) settle(sub, context)
}
