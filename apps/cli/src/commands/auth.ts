import { Command } from 'commander'
import { examples, type Attach } from './define.ts'
import { addNetworkOptions } from './options.ts'

export function loginCommand(attach: Attach): Command {
  const command = new Command('login')
    .summary('log in to a registry')
    .description(
      "Check a user name and a password with a registry, and store them where docker does: in the configured credential helper, or else in docker's config.json.",
    )
    .argument('[host]', 'the registry; default: docker.io')
    .option('-u, --username <name>', 'your user name; <token> means that the password is an identity token')
    .option(
      '-p, --password <password>',
      'the password, which other users of this machine can see: prefer --password-stdin',
    )
    .option('--password-stdin', 'read the password from standard input')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      examples(
        ['lading login ghcr.io', 'asks for the user name and the password'],
        ['lading login -u ann --password-stdin ghcr.io < token', 'for scripts'],
      ),
    )
  addNetworkOptions(command)
  attach(command, async () => (await import('../actions/login.ts')).login)
  return command
}

export function logoutCommand(attach: Attach): Command {
  const command = new Command('logout')
    .summary('log out from a registry')
    .description('Remove the stored credentials of a registry.')
    .argument('[host]', 'the registry; default: docker.io')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', examples(['lading logout ghcr.io', 'from the credential helper and from config.json']))
  attach(command, async () => (await import('../actions/logout.ts')).logout)
  return command
}

export function authCommand(attach: Attach): Command {
  const list = new Command('list')
    .alias('ls')
    .summary('list registries with stored credentials')
    .description(
      'List the registries that have credentials in the files of docker or podman, in their credential helpers, or in .netrc. No secrets are shown.',
    )
    .option('--json', 'print a JSON array')
    .addHelpText('after', examples(['lading auth list', 'for people'], ['lading auth list --json', 'for programs']))
  attach(list, async () => (await import('../actions/auth-list.ts')).authList)

  const why = new Command('why')
    .summary('explain which credentials are used for a registry')
    .description(
      'Explain which credentials are used for a registry, and why: each place is listed in the order in which it is read. No secrets are shown.',
    )
    .argument('<host>', 'a registry, or a repository: quay.io/acme/app')
    .option('--check', 'check the credentials with the registry, without pulling')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      examples(
        ['lading auth why ghcr.io', 'where they come from'],
        ['lading auth why --check docker.io', 'whether they are valid'],
      ),
    )
  addNetworkOptions(why)
  attach(why, async () => (await import('../actions/auth-why.ts')).authWhy)

  const command = new Command('auth')
    .summary('show registry credentials')
    .description('Show where registry credentials come from.')
  for (const sub of [list, why]) command.addCommand(sub)
  return command.addHelpText(
    'after',
    examples(
      ['lading auth list', 'registries with stored credentials'],
      ['lading auth why --check ghcr.io', 'which credentials, why, and whether they are valid'],
    ),
  )
}
