import { isAbsolute, join } from 'node:path'
import { configHome, homeDirectory } from '@lading/home'
import type { Variables } from '../credential.ts'

/** Docker's own: `$DOCKER_CONFIG/config.json`, else `~/.docker/config.json`. */
export const dockerConfigFile = (env: Variables): string =>
  join(env['DOCKER_CONFIG'] || join(homeDirectory(env), '.docker'), 'config.json')

/** Containers' own in the order of looking (containers-auth.json): the one that REGISTRY_AUTH_FILE names, or those of the XDG directories. */
export function containersAuthFiles(env: Variables): readonly string[] {
  const named = env['REGISTRY_AUTH_FILE']
  if (named) return [named]
  return [...runtimeFiles(env), join(configHome(env), 'containers', 'auth.json')]
}

export const netrcFile = (env: Variables): string =>
  env['NETRC'] || join(homeDirectory(env), process.platform === 'win32' ? '_netrc' : '.netrc')

function runtimeFiles(env: Variables): readonly string[] {
  const runtime = env['XDG_RUNTIME_DIR']
  if (runtime && isAbsolute(runtime)) return [join(runtime, 'containers', 'auth.json')]
  const user = process.getuid?.()
  return user === undefined || process.platform !== 'linux' ? [] : [guessedRuntimeFile(user)]
}

const guessedRuntimeFile = (user: number): string => `/run/containers/${user}/auth.json`

/** Does nobody name this file, and is it looked for all the same? */
export const isGuessed = (file: string): boolean => file === guessedRuntimeFile(process.getuid?.() ?? -1)
