import { Command } from 'commander'
import { examples, type Attach } from './define.ts'
import { addRegistryOptions } from './options.ts'

export function loginCommand(attach: Attach): Command {
  const command = new Command('login')
    .summary('log in to a registry')
    .description(
      "Check a user name and a password with a registry, and keep them where docker does: with the configured credential helper, else in docker's config.json.",
    )
    .argument('[host]', 'the registry; default: docker.io')
    .option('-u, --username <name>', 'who you are; <token> says that the password is an identity token')
    .option('-p, --password <password>', 'the password, for others to see: prefer --password-stdin')
    .option('--password-stdin', 'read the password from standard input')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      examples(
        ['lading login ghcr.io', 'asks for both; the password is not shown'],
        ['lading login -u ann --password-stdin ghcr.io < token', 'for scripts'],
      ),
    )
  addRegistryOptions(command)
  attach(command, async () => (await import('../actions/login.ts')).login)
  return command
}

export function logoutCommand(attach: Attach): Command {
  const command = new Command('logout')
    .summary('log out from a registry')
    .description('Forget what login keeps for a registry.')
    .argument('[host]', 'the registry; default: docker.io')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', examples(['lading logout ghcr.io', 'in the helper and in the file']))
  attach(command, async () => (await import('../actions/logout.ts')).logout)
  return command
}

export function authCommand(attach: Attach): Command {
  const list = new Command('list')
    .alias('ls')
    .summary('list who is known where')
    .description(
      "List the registries that docker's and containers' files, their credential helpers and netrc know. No secrets.",
    )
    .option('--json', 'print a JSON array')
    .addHelpText('after', examples(['lading auth list', 'for people'], ['lading auth list --json', 'for programs']))
  attach(list, async () => (await import('../actions/auth-list.ts')).authList)

  const why = new Command('why')
    .summary('explain which credentials a registry gets')
    .description('Explain, place by place, which credentials a registry gets and why. No secrets.')
    .argument('<host>', 'a registry, or a repository: quay.io/acme/app')
    .option('--check', 'try them with the registry, without a pull')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      examples(
        ['lading auth why ghcr.io', 'where they come from'],
        ['lading auth why --check docker.io', 'whether they are good'],
      ),
    )
  addRegistryOptions(why)
  attach(why, async () => (await import('../actions/auth-why.ts')).authWhy)

  const command = new Command('auth')
    .summary('see who you are to registries')
    .description('See who you are to registries.')
  for (const sub of [list, why]) command.addCommand(sub)
  return command.addHelpText(
    'after',
    examples(
      ['lading auth list', 'who is known where'],
      ['lading auth why --check ghcr.io', 'which credentials, why, and whether they are good'],
    ),
  )
}
