import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

/** What the environment decides, unless an option does. */
export interface Environment {
  /** Where the store is: LADING_ROOT, `$XDG_DATA_HOME/lading`, `~/.local/share/lading`. */
  readonly root: string
  /** Where settings are: `$XDG_CONFIG_HOME/lading`, `~/.config/lading`. */
  readonly configDirectory: string
  /** As they are, for the functions of the libraries that are named for the environment. */
  readonly variables: Readonly<Record<string, string | undefined>>
}

/** Reads the environment: the only place in Lading's command line that does. */
export function fromEnvironment(env: Readonly<Record<string, string | undefined>> = process.env): Environment {
  return {
    root: rootFrom(env),
    configDirectory: configFrom(env),
    variables: env,
  }
}

function rootFrom(env: Readonly<Record<string, string | undefined>>): string {
  if (env['LADING_ROOT']) return env['LADING_ROOT']
  return inXdg(env, env['XDG_DATA_HOME'], '.local', 'share')
}

const configFrom = (env: Readonly<Record<string, string | undefined>>): string =>
  inXdg(env, env['XDG_CONFIG_HOME'], '.config')

function inXdg(
  env: Readonly<Record<string, string | undefined>>,
  directory: string | undefined,
  ...usual: string[]
): string {
  // The XDG specification: a relative path is to be ignored.
  if (directory && isAbsolute(directory)) return join(directory, 'lading')
  return join(env['HOME'] || homedir(), ...usual, 'lading')
}
