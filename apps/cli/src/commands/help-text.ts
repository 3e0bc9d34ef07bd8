import type { Command, Help, Option } from 'commander'

/** Options that most people need seldom, and that each command that asks a registry takes. */
export const networkHeading = 'Network options:'

/** What matters first: what it does and how it is told so; then what every command takes; then the network, by name. */
export function formatHelp(command: Command, helper: Help): string {
  const options = helper.visibleOptions(command)
  const own = options.filter((option) => !isNetwork(option))
  const network = options.filter(isNetwork)
  const globals = command.parent === null ? own : helper.visibleGlobalOptions(command)
  const argumentItems = helper
    .visibleArguments(command)
    .map((each) => [helper.argumentTerm(each), helper.argumentDescription(each)] as const)
  const commandGroups = helper.groupItems(
    [...command.commands],
    helper.visibleCommands(command),
    (sub) => sub.helpGroup() || 'Commands:',
  )
  const optionItems = (list: readonly Option[]): Item[] =>
    list.map((option) => [helper.optionTerm(option), helper.optionDescription(option)])
  const sections: (readonly [heading: string, items: readonly Item[]])[] = [
    ['Arguments:', argumentItems],
    ...(command.parent === null ? [] : ([['Options:', optionItems(own)]] as const)),
    ...[...commandGroups].map(
      ([heading, subs]) =>
        [heading, subs.map((sub): Item => [helper.subcommandTerm(sub), helper.subcommandDescription(sub)])] as const,
    ),
    ['Global options:', optionItems(globals)],
  ]
  const width = Math.max(0, ...sections.flatMap(([, items]) => items.map(([term]) => helper.displayWidth(term))))
  return [
    `Usage: ${helper.commandUsage(command)}`,
    '',
    helper.boxWrap(helper.commandDescription(command), widthOf(helper)),
    ...sections.flatMap(([heading, items]) =>
      items.length === 0
        ? []
        : ['', heading, ...items.map(([term, description]) => helper.formatItem(term, width, description, helper))],
    ),
    ...(network.length === 0 ? [] : ['', networkSection(network, helper)]),
    '',
  ].join('\n')
}

type Item = readonly [term: string, description: string]

const isNetwork = (option: Option): boolean => option.helpGroupHeading === networkHeading

const widthOf = (helper: Help): number => helper.helpWidth ?? 80

/** Their names, so that one can look for them; what they do is the same everywhere. */
function networkSection(options: readonly Option[], helper: Help): string {
  // A blank in the middle of an option is no place to break a line.
  const names = options.map((option) => helper.optionTerm(option).replaceAll(' ', '\u00a0')).join(', ')
  const lines = helper.boxWrap(names, widthOf(helper) - 2).replaceAll('\u00a0', ' ')
  return `${networkHeading.replace(/:$/, '')} (lading help network explains them):\n${lines.replace(/^/gm, '  ')}`
}
