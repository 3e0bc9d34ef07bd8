import type { Command, Option } from 'commander'

/** What a completion script has to know of the command line. */
export interface Outline {
  /** `''`, `pull`, `image ls` … */
  readonly path: string
  readonly summary: string
  readonly commands: readonly { readonly name: string; readonly summary: string }[]
  readonly options: readonly OutlineOption[]
  /** What may stand where an argument is expected. */
  readonly words: readonly string[]
  /** The arguments are images of the store. */
  readonly images: boolean
  /** What of this machine they may be, too, or instead. */
  readonly paths?: 'directory' | 'file' | undefined
}

export interface OutlineOption {
  readonly flags: readonly string[]
  readonly description: string
  /** What kind of value follows, if one does. */
  readonly value?: 'directory' | 'file' | 'any' | readonly string[] | undefined
}

const takeImages: ReadonlySet<string> = new Set([
  'inspect',
  'tag',
  'rmi',
  'rm',
  'save',
  'push',
  'ls',
  'cat',
  'export',
  'history',
  'diff',
  'tree',
  'unpack',
  'copy',
])

/** Every command of the program, the program itself first. */
export function outlineOf(program: Command): Outline[] {
  const global = program.options.map(outlineOption)
  const visit = (command: Command, path: string): Outline[] => {
    const visible = command.createHelp().visibleCommands(command)
    const own = command === program ? [] : command.options.filter(({ hidden }) => !hidden).map(outlineOption)
    return [
      {
        path,
        summary: command.summary() || command.description(),
        commands: visible.map((sub) => ({ name: sub.name(), summary: sub.summary() || sub.description() })),
        options: [...own, ...global, { flags: ['-h', '--help'], description: 'show this help' }],
        words: command.registeredArguments.flatMap((argument) => argument.argChoices ?? []),
        images: takeImages.has(command.name()),
        paths: pathsOf(command),
      },
      ...visible
        .filter((sub) => sub.name() !== 'help')
        .flatMap((sub) => visit(sub, path === '' ? sub.name() : `${path} ${sub.name()}`)),
    ]
  }
  return visit(program, '')
}

/** By what help calls it: `<dir>`, `<directory>`, `<file>`. */
function pathNamed(text: string): 'directory' | 'file' | undefined {
  const [, name] = /<(dir|directory|file)>/.exec(text) ?? []
  return name === undefined ? undefined : name === 'file' ? 'file' : 'directory'
}

/** Where images stand beside directories and archives of this machine. */
const takeArchives: ReadonlySet<string> = new Set(['copy'])

function pathsOf(command: Command): 'directory' | 'file' | undefined {
  if (takeArchives.has(command.name())) return 'file'
  return command.registeredArguments.some((argument) => argument.name() === 'directory') ? 'directory' : undefined
}

function outlineOption(option: Option): OutlineOption {
  const flags = [option.short, option.long].filter((flag) => flag !== undefined)
  const value = option.argChoices ?? pathNamed(option.flags) ?? 'any'
  return { flags, description: option.description, ...(option.required ? { value } : {}) }
}
