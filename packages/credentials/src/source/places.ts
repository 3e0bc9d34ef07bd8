import { configHome, homeDirectory, pathsOf } from '@lading/home'
import type { Variables } from '../credential.ts'
import { systemTraits } from '../system-traits.ts'

/** Docker's own, Docker Desktop's too: `$DOCKER_CONFIG/config.json`, else `~/.docker/config.json`. */
export function dockerConfigFile(env: Variables, platform: string = process.platform): string {
  const { join } = pathsOf(platform)
  return join(env['DOCKER_CONFIG'] || join(homeDirectory(env, { platform }), '.docker'), 'config.json')
}

/**
 * Containers' own in the order of looking (containers-auth.json): the one that REGISTRY_AUTH_FILE names, or those of the
 * XDG directories. On Windows and macOS podman keeps its own in `~/.config`, and has no runtime directory.
 */
export function containersAuthFiles(env: Variables, platform: string = process.platform): readonly string[] {
  const named = env['REGISTRY_AUTH_FILE']
  if (named) return [named]
  const { join } = pathsOf(platform)
  const configured = join(configHome(env, { platform }), 'containers', 'auth.json')
  const first = systemTraits(platform).loginsInHome
    ? [join(homeDirectory(env, { platform }), '.config', 'containers', 'auth.json')]
    : runtimeFiles(env, platform)
  return [...new Set([...first, configured])]
}

export function netrcFile(env: Variables, platform: string = process.platform): string {
  return env['NETRC'] || pathsOf(platform).join(homeDirectory(env, { platform }), systemTraits(platform).netrcName)
}

function runtimeFiles(env: Variables, platform: string): readonly string[] {
  const { isAbsolute, join } = pathsOf(platform)
  const runtime = env['XDG_RUNTIME_DIR']
  if (runtime && isAbsolute(runtime)) return [join(runtime, 'containers', 'auth.json')]
  const user = process.getuid?.()
  return user === undefined || platform !== 'linux' ? [] : [guessedRuntimeFile(user)]
}

const guessedRuntimeFile = (user: number): string => `/run/containers/${user}/auth.json`

/** Does nobody name this file, and is it looked for all the same? */
export const isGuessed = (file: string): boolean => file === guessedRuntimeFile(process.getuid?.() ?? -1)
