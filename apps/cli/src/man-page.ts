import type { Command, Help, Option } from 'commander'

/** What the page says beside what the program does of itself. */
interface ManFacts {
  readonly version: string
  /** Has the network options, and nothing else. */
  readonly network: Command
  readonly exitCodes: Readonly<Record<number, string>>
}

/** `lading(1)` in the man macros, from the same definitions as `--help`. */
export function manPage(program: Command, { version, network, exitCodes }: ManFacts): string {
  return [
    `.TH LADING 1 "" "lading ${roff(version)}" "User Commands"`,
    '.SH NAME',
    'lading \\- pull, push and keep container images without a daemon',
    '.SH SYNOPSIS',
    '.B lading',
    '.RI [ options ] " command " [ arguments ]',
    '.SH DESCRIPTION',
    paragraph(program.description()),
    '.SH COMMANDS',
    ...commandsOf(program).flatMap((command) => commandSection(command, network)),
    '.SH GLOBAL OPTIONS',
    'Every command takes these.',
    ...program.options.flatMap((option) => optionItem(option, program.createHelp())),
    '.SH NETWORK OPTIONS',
    'Every command that asks a registry takes these.',
    ...network.options.flatMap((option) => optionItem(option, network.createHelp())),
    '.SH ENVIRONMENT',
    ...variables.flatMap(([name, meaning]) => item(name, meaning)),
    '.SH EXIT STATUS',
    ...Object.entries(exitCodes).flatMap(([code, meaning]) => item(code, meaning)),
    '.SH SEE ALSO',
    '.BR docker (1),',
    '.BR podman (1),',
    '.BR skopeo (1)',
    '',
  ].join('\n')
}

const variables: readonly (readonly [name: string, meaning: string])[] = [
  ['LADING_ROOT', 'where the store is, unless --root says so'],
  ['DOCKER_DEFAULT_PLATFORM', 'which image of a multi-platform one, unless --platform says so'],
  ['LADING_HOSTS', 'off: read no registry configuration of this machine; user: only that of the user'],
  ['HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY', 'which proxy to use, unless --proxy says so'],
  ['NO_COLOR', 'print without colours'],
]

/** Every command that help lists, the groups' own behind their group. */
function commandsOf(program: Command): readonly Command[] {
  const helper = program.createHelp()
  return helper.visibleCommands(program).flatMap((command) => [
    command,
    ...command
      .createHelp()
      .visibleCommands(command)
      .filter((sub) => sub.name() !== 'help'),
  ])
}

function commandSection(command: Command, network: Command): readonly string[] {
  const helper = command.createHelp()
  const options = command.options.filter((option) => !option.hidden)
  const shared = new Set(network.options.map(({ long }) => long))
  const own = options.filter(({ long }) => !shared.has(long))
  return [
    `.SS ${roff(helper.commandUsage(command))}`,
    paragraph(command.description()),
    ...helper
      .visibleArguments(command)
      .flatMap((argument) => item(helper.argumentTerm(argument), helper.argumentDescription(argument))),
    ...own.flatMap((option) => optionItem(option, helper)),
    ...(own.length < options.length ? ['.PP', 'It takes the network options, too.'] : []),
  ]
}

const optionItem = (option: Option, helper: Help): readonly string[] =>
  item(helper.optionTerm(option), helper.optionDescription(option))

const item = (term: string, meaning: string): readonly string[] => ['.TP', `.B ${roff(term)}`, roff(meaning)]

const paragraph = (text: string): string => `.PP\n${roff(text)}`

/** Text as roff takes it: a hyphen would become a dash, and a dot or an apostrophe at the start a request. */
const roff = (text: string): string =>
  text.replaceAll('\\', '\\(rs').replaceAll('-', '\\-').replaceAll('"', '\\(dq').replace(/^[.']/gm, '\\&$&')
