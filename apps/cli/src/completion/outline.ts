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
}

export interface OutlineOption {
  readonly flags: readonly string[]
  readonly description: string
  /** What kind of value follows, if one does. */
  readonly value?: 'directory' | 'any' | readonly string[] | undefined
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
])

/** Every command of the program, the program itself first. */
export function outlineOf(program: Command): Outline[] {
  const global = program.options.map(outlineOption)
  const visit = (command: Command, path: string): Outline[] => {
    const visible = command.createHelp().visibleCommands(command)
    const own = command === program ? [] : command.options.map(outlineOption)
    return [
      {
        path,
        summary: command.summary() || command.description(),
        commands: visible.map((sub) => ({ name: sub.name(), summary: sub.summary() || sub.description() })),
        options: [...own, ...global, { flags: ['-h', '--help'], description: 'show this help' }],
        words: command.registeredArguments.flatMap((argument) => argument.argChoices ?? []),
        images: takeImages.has(command.name()),
      },
      ...visible
        .filter((sub) => sub.name() !== 'help')
        .flatMap((sub) => visit(sub, path === '' ? sub.name() : `${path} ${sub.name()}`)),
    ]
  }
  return visit(program, '')
}

function outlineOption(option: Option): OutlineOption {
  const flags = [option.short, option.long].filter((flag) => flag !== undefined)
  const value = option.argChoices ?? (option.attributeName() === 'root' ? 'directory' : 'any')
  return { flags, description: option.description, ...(option.required ? { value } : {}) }
}
