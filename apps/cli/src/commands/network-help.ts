import { Command } from 'commander'
import { addNetworkOptions } from './options.ts'

const about =
  'Every command that asks a registry takes these options. Without them lading does what the files of this machine say: hosts.toml of containerd, registries.conf, daemon.json and certs.d of docker. lading hosts shows what that is for an image.'

const variables: readonly (readonly [name: string, meaning: string])[] = [
  ['HTTPS_PROXY', 'which proxy to use; HTTP_PROXY, ALL_PROXY and NO_PROXY are read, too, as curl does'],
  ['LADING_HOSTS', 'off: read no files of this machine; user: only those below the home directory'],
  ['NODE_EXTRA_CA_CERTS', 'a file of further certificate authorities, in PEM'],
]

/** What `lading help network` prints. */
export function networkHelp(program: Command): string {
  const topic = new Command('network').copyInheritedSettings(program)
  addNetworkOptions(topic)
  const helper = topic.createHelp()
  helper.helpWidth = program.configureOutput().getOutHelpWidth?.() ?? 80
  const options = topic.options.map((option) => [helper.optionTerm(option), helper.optionDescription(option)] as const)
  const list = (items: readonly (readonly [string, string])[]): string[] => {
    const width = Math.max(...items.map(([term]) => term.length))
    return items.map(([term, meaning]) => helper.formatItem(term, width, meaning, helper))
  }
  return [
    helper.boxWrap(about, helper.helpWidth),
    '',
    'Network options:',
    ...list(options),
    '',
    'Environment:',
    ...list(variables),
  ].join('\n')
}
